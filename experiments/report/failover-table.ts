/**
 * The tables of the failover experiment: durations by kind, the steps, the effect on a client, and
 * the distribution as bars.
 */
import type { FailoverFigures, KindFigures } from '../failover/figures.js';
import type { Observation } from '../failover/measure.js';
import type { ExperimentResult } from '../record/result.js';
import { percentile } from '../../shared/percentile.js';
import { sayLateness } from '../traffic/traffic-report.js';
import { TEXT_WIDTH, wrap } from '../../shared/arguments/wrap.js';
import { bars } from './bars.js';
import { formatTable, ms } from './table.js';
import { violationLines } from './verdict-lines.js';

type ValueOf = (observation: Observation) => number | null | undefined;

/**
 * The steps of a hand-over, in order. The gateway's time is separate from the step that waits for
 * it.
 */
const STEPS: readonly (readonly [string, ValueOf])[] = [
  ['detect', ({ handover }) => handover.detectMs],
  ['vote', ({ handover }) => handover.voteMs],
  ['promote', ({ handover }) => handover.promoteMs],
  ['reclaim', ({ handover }) => handover.reclaimMs],
  ['gateway', ({ gatewayMs }) => gatewayMs],
  [
    'commit',
    ({ handover, gatewayMs }) =>
      handover.firstCommitMs === undefined ? null : handover.firstCommitMs - (gatewayMs ?? 0),
  ],
  ['answer', ({ answerMs }) => answerMs],
];

const at = (observations: readonly Observation[], valueOf: ValueOf, share: number): string => {
  const samples = observations.flatMap((observation) => valueOf(observation) ?? []);
  return samples.length === 0 ? '–' : ms(percentile(samples, share));
};

function formatSeen(kinds: readonly KindFigures[]): string {
  const seen: ValueOf = ({ handover }) => handover.totalMs;
  const rows = kinds.map(({ kind, observations }) => [
    kind,
    String(observations.length),
    ...[0.5, 0.95, 0.99, 1].map((share) => at(observations, seen, share)),
  ]);
  return formatTable(['fault → first commit seen, ms', 'n', 'p50', 'p95', 'p99', 'max'], rows);
}

function stepTable(kinds: readonly KindFigures[]): string {
  const rows = kinds.flatMap(({ kind, observations }) =>
    [0.5, 0.99].map((share) => [
      `${kind} p${share * 100}`,
      ...STEPS.map(([, valueOf]) => at(observations, valueOf, share)),
    ]),
  );
  return formatTable(['of which, ms', ...STEPS.map(([name]) => name)], rows);
}

/** The effect on a client, each quantity with its control. */
const CLIENT_EFFECTS: readonly (readonly [string, ValueOf])[] = [
  ['extra wait', ({ extraMs }) => extraMs],
  ['in the calm', ({ calmExtraMs }) => calmExtraMs],
  ['longest gap', ({ gapMs }) => gapMs],
  ['in the calm', ({ calmGapMs }) => calmGapMs],
];

function formatClientEffect(kinds: readonly KindFigures[]): string {
  const rows = kinds.flatMap(({ kind, observations }) =>
    [0.5, 0.99].map((share) => [
      `${kind} p${share * 100}`,
      ...CLIENT_EFFECTS.map(([, valueOf]) => at(observations, valueOf, share)),
    ]),
  );
  return formatTable(['for a client, ms', ...CLIENT_EFFECTS.map(([name]) => name)], rows);
}

/** @param skipped kinds that could not be measured, one sentence each. */
export function failoverTable(
  result: ExperimentResult,
  figures: FailoverFigures,
  skipped: readonly string[],
): string {
  const { systems, verdict, violations, objectives } = result;
  const kinds = figures.kinds().filter(({ observations }) => observations.length > 0);
  const total = systems[0]?.total;
  const lateness = sayLateness(figures.traffic);
  return [
    formatSeen(kinds),
    '',
    stepTable(kinds),
    '',
    formatClientEffect(kinds),
    ...kinds.flatMap(({ kind, observations }) => [
      '',
      `${kind}, ms`,
      ...bars(observations.map(({ handover }) => handover.totalMs)),
    ]),
    '',
    `${total?.withinDeadline ?? 0} of ${total?.sent ?? 0} payments succeeded in time; slowest ${ms(total?.latencyMs.max ?? 0)} ms`,
    ...(lateness === null ? [] : wrap(lateness, TEXT_WIDTH)),
    ...skipped.flatMap((sentence) => wrap(`Skipped: ${sentence}`, TEXT_WIDTH)),
    `Verdict: ${verdict}`,
    ...violationLines(violations, '  '),
    ...objectives.flatMap(({ name, target, actual, met }) =>
      wrap(`${met ? 'Met' : 'Missed'}: ${name}: ${actual} (at most ${target})`, TEXT_WIDTH),
    ),
  ].join('\n');
}
