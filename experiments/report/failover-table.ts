/** The table of the failover experiment: a row a kind, then where the time goes. */
import type { ExperimentResult, Handover } from '../result.js';
import { percentile } from '../statistics.js';
import { formatTable, ms } from './table.js';

const STEPS = ['detectMs', 'voteMs', 'promoteMs', 'reclaimMs', 'firstCommitMs'] as const;

const at = (handovers: readonly Handover[], step: keyof Handover, share: number): string => {
  const samples = handovers.map((handover) => handover[step]).filter((value) => typeof value === 'number');
  return samples.length === 0 ? '–' : ms(percentile(samples, share));
};

export function failoverTable({ systems, verdict, violations, objectives }: ExperimentResult): string {
  const trials = (systems[0]?.trials ?? []).filter(({ handovers }) => handovers.length > 0);
  const total = systems[0]?.total;
  const rows = trials.map(({ handovers }) => [
    handovers[0]?.kind ?? '', String(handovers.length), ...[0.5, 0.95, 0.99, 1].map((share) => at(handovers, 'totalMs', share)),
  ]);
  const split = trials.map(({ handovers }) => [handovers[0]?.kind ?? '', ...STEPS.map((step) => at(handovers, step, 0.5))]);
  return [
    formatTable(['fault → commit, ms', 'n', 'p50', 'p95', 'p99', 'max'], rows),
    '',
    formatTable(['medians, ms', 'detect', 'vote', 'promote', 'reclaim', 'first commit'], split),
    '',
    `${total?.withinDeadline ?? 0} of ${total?.sent ?? 0} payments succeeded in time; slowest ${ms(total?.latencyMs.max ?? 0)} ms`,
    `Verdict: ${verdict}`,
    ...violations.map(({ rule, ids }) => `  ${rule}: ${ids.length} — ${ids.slice(0, 5).join(', ')}`),
    ...objectives.map(({ name, target, actual, met }) => `${met ? 'Met' : 'Missed'}: ${name}: ${actual} (at most ${target})`),
  ].join('\n');
}
