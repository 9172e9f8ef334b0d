/**
 * Open loop: every request has its moment, fixed in advance, whether earlier ones were answered or not. A generator that waits for
 * answers would send less exactly when the system is slow, and hide it ("coordinated omission"). Only a bound on the requests in
 * flight keeps one back, and that is told, not hidden: it is dropped, and counts as sent and failed.
 * @see Schroeder, Wierman, Harchol-Balter, "Open Versus Closed: A Cautionary Tale", NSDI 2006.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { sleep } from '../../shared/clock.js';
import { dueMoments, type ArrivalOptions } from './arrivals.js';
import { InFlight } from './in-flight.js';

/** More open requests than this and the client itself would be what is measured (sockets, memory). */
export const MAX_IN_FLIGHT = 10_000;

export interface OpenLoopOptions extends ArrivalOptions {
  /** How many; Infinity: until `stop` fires. */
  count: number;
  signal: AbortSignal;
  /** Ends the sending in good order; what was sent is still awaited. */
  stop?: AbortSignal;
  /** How many requests may be open at once; more are dropped. */
  maxInFlight?: number;
  /** Sends request `index`, due at `intendedMs` (wall clock); must not reject. */
  send: (index: number, intendedMs: number) => Promise<void>;
  /** Told of a request that was due and not sent, as too many were open. */
  drop?: (index: number, intendedMs: number) => void;
}

/** Resolves when every request was sent and answered. @throws AbortError. */
export async function openLoop(options: OpenLoopOptions): Promise<void> {
  const { count, signal, stop, send, drop = () => undefined, maxInFlight = MAX_IN_FLIGHT } = options;
  const next = dueMoments(options);
  const open = new InFlight();
  const ended = stop ? AbortSignal.any([signal, stop]) : signal;
  const startMs = performance.now();
  for (let index = 0; index < count && !stop?.aborted; index += 1) {
    const dueMs = startMs + next();
    await until(dueMs, ended);
    signal.throwIfAborted();
    if (stop?.aborted) break;
    const intendedMs = performance.timeOrigin + dueMs;
    if (open.count < maxInFlight) open.add(send(index, intendedMs));
    else drop(index, intendedMs);
  }
  await open.drained();
}

/** Waits for a moment; when that is past, lets answers be read all the same. Ends early, without an error, when `ended` fires. */
async function until(dueMs: number, ended: AbortSignal): Promise<void> {
  const waitMs = dueMs - performance.now();
  if (waitMs <= 0) return void (await turn());
  await sleep(waitMs, ended).catch((error: unknown) => {
    if (!ended.aborted) throw error;
  });
}
