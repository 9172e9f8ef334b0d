/**
 * Open loop: every request is due at a time fixed in advance, regardless of earlier responses. A
 * generator that waits for responses sends less exactly when the system is slow, and so hides the
 * slowness ("coordinated omission"). Only the limit on requests in flight suppresses a request.
 * Such a request is reported as dropped, and counts as sent and failed.
 * @see Schroeder, Wierman, Harchol-Balter, "Open Versus Closed: A Cautionary Tale", NSDI 2006.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { sleep } from '../../shared/clock.js';
import { RequestsInFlight } from './in-flight.js';

/** With more open requests the client's own limits (sockets, memory) would be measured. */
const MAX_IN_FLIGHT = 10_000;

export interface OpenLoopOptions {
  /** Returns the next due time at each call, ms from the start; never decreasing. */
  due: () => number;
  /** Number of requests; Infinity: until `stop` fires. */
  count: number;
  signal: AbortSignal;
  /** Stops sending gracefully; open requests are still awaited. */
  stop?: AbortSignal;
  /** The largest number of open requests; further ones are dropped. Default: `MAX_IN_FLIGHT`. */
  maxInFlight?: number;
  /** Sends request `index`, due at `intendedMs` (wall clock); must not reject. */
  send: (index: number, intendedMs: number) => Promise<void>;
  /** Called for a request that was due and not sent, because too many were open. */
  drop?: (index: number, intendedMs: number) => void;
}

/** Resolves when every request was sent and answered. @throws AbortError. */
export async function sendOpenLoop(options: OpenLoopOptions): Promise<void> {
  const {
    count,
    due,
    signal,
    stop,
    send,
    drop = () => undefined,
    maxInFlight = MAX_IN_FLIGHT,
  } = options;
  const open = new RequestsInFlight();
  const ended = stop ? AbortSignal.any([signal, stop]) : signal;
  const startMs = performance.now();
  for (let index = 0; index < count && !stop?.aborted; index += 1) {
    const dueMs = startMs + due();
    await sleepUntil(dueMs, ended);
    signal.throwIfAborted();
    if (stop?.aborted) break;
    const intendedMs = performance.timeOrigin + dueMs;
    if (open.count < maxInFlight) open.add(send(index, intendedMs));
    else drop(index, intendedMs);
  }
  await open.waitUntilEmpty();
}

/**
 * Waits until `dueMs`; when that is past, yields one turn so that responses are read. Ends early,
 * without an error, when `ended` fires.
 */
async function sleepUntil(dueMs: number, ended: AbortSignal): Promise<void> {
  const waitMs = dueMs - performance.now();
  if (waitMs <= 0) return void (await turn());
  await sleep(waitMs, ended).catch((error: unknown) => {
    if (!ended.aborted) throw error;
  });
}
