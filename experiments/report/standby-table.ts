/**
 * The table of the availability experiment on a storage with standbys: how many payments succeeded,
 * how many of them within short times, and the longest wait. Pure.
 */
import { TEXT_WIDTH, wrap } from '../../shared/arguments/wrap.js';
import { partKind, type PartKind } from '../planning/roles.js';
import type { ExperimentResult, Trial } from '../record/result.js';
import type { SystemRecord } from '../record/run-record.js';
import { sum } from '../statistics/statistics.js';
import type { TrafficMode } from '../traffic/traffic-report.js';
import { generatorLines } from './generator-lines.js';
import { formatTable, ms, percent } from './table.js';
import { verdictLines } from './verdict-lines.js';

type Limit = NonNullable<Trial['within']>[number];

/** The counts of all trials, by limit. */
function sumLimits(trials: readonly Trial[]): Limit[] {
  const [first] = trials;
  return (first?.within ?? []).map(({ ms: limitMs }, index) => ({
    ms: limitMs,
    payments: sum(trials.map(({ within = [] }) => within[index]?.payments ?? 0)),
  }));
}

const formatLimit = ({ ms: limitMs }: Limit): string => `${limitMs / 1_000} s`;

const row = (name: string, trial: Trial, limits: readonly Limit[]): string[] => [
  name,
  `${trial.withinDeadline}/${trial.sent}`,
  ...limits.map(({ payments }) => percent(payments / Math.max(1, trial.sent))),
  ...[trial.latencyMs.p50, trial.latencyMs.p99, trial.latencyMs.max].map(ms),
  String(trial.faults.length),
  String(trial.handovers.length),
];

/** The kinds of victims, in this order, and their names. */
const VICTIMS: readonly (readonly [PartKind, string])[] = [
  ['postgres', 'database primaries'],
  ['redis', 'Redis primaries'],
  ['replica', 'replicas'],
  ['patients', 'instances'],
];

function formatVictims(faults: Trial['faults']): string {
  const counts = VICTIMS.map(([kind, name]) => {
    const count = faults.filter(({ target }) => partKind(target) === kind).length;
    return count === 0 ? [] : [`${count} ${name}`];
  });
  return counts.flat().join(', ');
}

/** The figures of all trials in one sentence, for the report. */
export function describeStandby({ systems }: Pick<ExperimentResult, 'systems'>): string {
  const { trials, total } = systems[0] as ExperimentResult['systems'][number];
  const limits = sumLimits(trials).map(
    (limit) =>
      `${limit.payments} within ${formatLimit(limit)} (${percent(limit.payments / Math.max(1, total.sent))})`,
  );
  const longest = (total.latencyMs.max / 1_000).toFixed(2);
  return `Of ${total.sent} payments ${total.withinDeadline} became final, ${limits.join(', ')}; the longest took ${longest} s.`;
}

export function standbyTable(
  result: ExperimentResult,
  { missing, evidence }: Pick<SystemRecord, 'missing' | 'evidence'>,
  mode: TrafficMode,
): string {
  const { trials, total } = result.systems[0] as ExperimentResult['systems'][number];
  const limits = sumLimits(trials);
  const shares = limits.map((limit) => `in ${formatLimit(limit)}`);
  const errors = Object.entries(total.errors).map(([code, count]) => `${code} ${count}`);
  const failed =
    total.faults.length === 0 ? 'Nothing failed' : `${formatVictims(total.faults)} failed`;
  return [
    formatTable(
      ['trial', 'final', ...shares, 'p50 ms', 'p99', 'max', 'faults', 'hand-overs'],
      [
        ...trials.map((trial, index) => row(String(index + 1), trial, trial.within ?? [])),
        row('total', total, limits),
      ],
    ),
    '',
    ...wrap(describeStandby(result), TEXT_WIDTH),
    ...wrap(`${failed} · errors: ${errors.length === 0 ? 'none' : errors.join(', ')}`, TEXT_WIDTH, {
      indent: '  ',
    }),
    ...generatorLines(evidence.requests, mode),
    '',
    ...verdictLines(result, missing),
  ].join('\n');
}
