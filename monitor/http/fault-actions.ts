/**
 * Kills or freezes a replica through the replica's fault switches, so that it works on other
 * machines too. If the replica led, the outcome contains the new leader and the time of the
 * failover.
 */
import type { Clock } from '../../shared/clock.js';
import { Problem } from '../../shared/errors.js';
import { pollUntil } from '../../shared/wait-until.js';
import { spellDuration } from '../core/preview.js';
import { getWorstCaseMs } from '../core/timings.js';
import type { MonitorLoop } from '../loop.js';

/** `kill`: SIGKILL. `freeze`: blocks its event loop, ms. */
export type FaultAction = { kind: 'kill' } | { kind: 'freeze'; ms: number };

export interface FaultOutcome {
  words: string;
  leader: string | null;
  term: number;
  /**
   * From the call to the replica until another leader was elected, ms. Null: the leadership did not
   * move.
   */
  tookMs: number | null;
}

export interface FaultInjector {
  /** Calls a replica. @throws when the replica cannot be reached. */
  setFaults(replica: string, faults: { kill?: boolean; blockMs?: number }): Promise<void>;
}

interface Parts {
  loop: MonitorLoop;
  clock: Clock;
  injector: FaultInjector;
}

const LOOK_MS = 5;
/** Additional wait for a busy machine, on top of the worst-case failover time, ms. */
const MARGIN_MS = 1_500;

async function sendFault({ injector }: Parts, id: string, what: FaultAction): Promise<void> {
  try {
    await injector.setFaults(id, what.kind === 'kill' ? { kill: true } : { blockMs: what.ms });
  } catch (error) {
    const detail = `${id} cannot be reached: it does not run, or has no fault switches (FAULTS=on)`;
    throw new Problem('UNAVAILABLE', detail, { cause: error });
  }
}

/** Waits for a term above `term`. @returns ms since `startedAt`; null: timed out. */
async function nextTerm(
  { loop, clock }: Parts,
  term: number,
  startedAt: number,
  patienceMs: number,
): Promise<number | null> {
  const isLater = await pollUntil(() => (loop.state.leadership?.term ?? 0) > term, {
    deadlineMs: startedAt + patienceMs - clock.now(),
    pollMs: LOOK_MS,
  });
  return isLater ? clock.now() - startedAt : null;
}

const describeFault = (id: string, what: FaultAction): string =>
  what.kind === 'kill' ? `${id} was killed` : `${id} was frozen for ${spellDuration(what.ms)}`;

/** @throws Problem UNAVAILABLE. */
export async function injectFault(
  parts: Parts,
  id: string,
  what: FaultAction,
): Promise<FaultOutcome> {
  const { loop, clock } = parts;
  const { leader = null, term = 0 } = loop.state.leadership ?? {};
  const startedAt = clock.now();
  await sendFault(parts, id, what);
  const worstCaseMs = getWorstCaseMs(loop.state.settings)[what.kind];
  const tookMs =
    leader === id ? await nextTerm(parts, term, startedAt, worstCaseMs + MARGIN_MS) : null;
  const now = {
    leader: loop.state.leadership?.leader ?? null,
    term: loop.state.leadership?.term ?? 0,
  };
  if (leader !== id)
    return { ...now, tookMs, words: `${describeFault(id, what)}; it did not lead` };
  if (tookMs === null)
    return {
      ...now,
      tookMs,
      words: `${describeFault(id, what)}; no other replica was elected so far`,
    };
  return {
    ...now,
    tookMs,
    words: `${describeFault(id, what)}; ${now.leader} leads in term ${now.term}`,
  };
}
