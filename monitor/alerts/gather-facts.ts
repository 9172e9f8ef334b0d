/** Gathers the facts that the alerts need from the data that a monitor has already. Pure. */
import type { Status } from '../../shared/contracts/status.js';
import type { ElectionRow } from '../cluster/history.js';
import type { AlertFacts } from '../core/alerts/rule.js';
import type { State } from '../core/types.js';
import type { Sample } from '../status/sampler.js';

const FLAPPING_MS = 600_000;
/** Elections without a failure. */
const ORDERLY = ['planned', 'first'];
const SEC_MS = 1_000;

/** Payments per second between the first and the last sample with a known count. */
export function measureGrowth(samples: readonly Sample[]): number | null {
  const known = samples.filter(({ queue }) => queue.pending !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last || last.at === first.at) return null;
  const more = (last.queue.pending ?? 0) - (first.queue.pending ?? 0);
  return (more * SEC_MS) / (last.at - first.at);
}

/** @param rows newest first. */
export const countFailovers = (rows: readonly ElectionRow[], nowMs: number): number =>
  rows.filter(
    ({ kind, electedAt }) => !ORDERLY.includes(kind) && nowMs - electedAt.getTime() < FLAPPING_MS,
  ).length;

/** Null: there is no leader, it is not alive, or no payment waits. */
function getStalledMs({ leadership, replicas }: State): number | null {
  const detector = leadership?.leader ? replicas[leadership.leader] : undefined;
  return detector?.opinion === 'alive' ? (detector.report?.stalledMs ?? null) : null;
}

export interface FactSources {
  status: Status;
  state: State;
  /** The last seconds. */
  samples: readonly Sample[];
  /** Recent elections, newest first. */
  elections: readonly ElectionRow[];
  nowMs: number;
}

export const gatherFacts = (sources: FactSources): AlertFacts => ({
  status: sources.status,
  nowMs: sources.nowMs,
  oldestPendingSec: sources.status.queue.oldestPendingSec,
  pendingPerSec: measureGrowth(sources.samples),
  failovers: countFailovers(sources.elections, sources.nowMs),
  stalledMs: getStalledMs(sources.state),
});
