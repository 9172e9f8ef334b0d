/** The tables of the experiment overload, in 80 columns. Pure. */
import { count, duration, milliseconds } from '../../shared/format.js';
import { wrap } from '../../shared/arguments/wrap.js';
import { REQUESTS_PER_USER } from '../load/levels.js';
import type { OverloadFigures, PhaseFigures } from '../overload/figures.js';
import { sumJudged, toGrowthPercent, type MemoryGrowth } from '../overload/memory.js';
import { getOverload } from '../overload/objectives.js';
import type { ExperimentResult } from '../record/result.js';
import { formatTable } from './table.js';
import { cut, violationLines } from './verdict-lines.js';

const WIDTH = 80;

export const PHASES_HEADER = [
  'phase',
  'users/s',
  's',
  'requests',
  'succeeded',
  'refused',
  'failed',
  'users done %',
] as const;

export const LATENCY_HEADER = [
  'phase',
  'succeeded: p50',
  'p95',
  'max',
  'refused: p50',
  'p95',
  'max',
] as const;

export const MEMORY_HEADER = ['process', 'early MB', 'late MB', 'growth %', 'peak MB'] as const;

export const toPhaseRows = ({ phases }: OverloadFigures): string[][] =>
  phases.map(({ name, perSec, fromSec, toSec, ...phase }) => [
    name,
    String(Math.round(perSec * 10) / 10),
    count(toSec - fromSec),
    count(phase.sent),
    count(phase.succeeded),
    count(phase.refused),
    count(phase.failed),
    phase.users === 0 ? '–' : ((phase.completedUsers / phase.users) * 100).toFixed(1),
  ]);

export const toLatencyRows = ({ phases }: OverloadFigures): string[][] =>
  phases.map(({ name, latencyMs, refusalMs }) => [
    name,
    ...[latencyMs, refusalMs].flatMap(({ median, p95, max }) =>
      [median, p95, max].map(milliseconds),
    ),
  ]);

const toMemoryRow = (growth: MemoryGrowth): string[] => [
  growth.process,
  ...[growth.earlyMb, growth.lateMb, toGrowthPercent(growth), growth.peakMb].map((value) =>
    Number.isFinite(value) ? value.toFixed(1) : '–',
  ),
];

export const toMemoryRows = ({ memory: { growth } }: OverloadFigures): string[][] => [
  ...growth.map(toMemoryRow),
  toMemoryRow(sumJudged(growth)),
];

const describeErrors = ({ name, errors }: PhaseFigures): string =>
  `Failed in the phase ${name}: ${Object.entries(errors)
    .map(([code, times]) => `${code} ${count(times)}`)
    .join(', ')}.`;

/** One sentence per line. */
export function describeOverload(figures: OverloadFigures): string[] {
  const { saturation, factor, phases, queue, recoverySec, handovers, accepted } = figures;
  const { succeededPerSec } = getOverload(figures);
  const atSaturation = saturation.perSec * REQUESTS_PER_USER;
  const longest = queue.reduce((most, { pending }) => Math.max(most, pending), 0);
  return [
    `Saturation point: ${saturation.perSec} users per second (${saturation.isMeasured ? 'measured' : 'given'}); overload: ${factor} times as many.`,
    `Under overload ${succeededPerSec.toFixed(0)} requests per second succeeded, ${((succeededPerSec / atSaturation) * 100).toFixed(0)} % of the ${atSaturation.toFixed(0)} at the saturation point.`,
    `${count(accepted)} payments were accepted; at most ${count(longest)} were pending at once.`,
    recoverySec === null
      ? 'There were no three good seconds in a row after the overload.'
      : `Recovered ${recoverySec} s after the end of the overload.`,
    `Hand-overs: ${handovers}. The generator was ${duration(Math.round(figures.generatorLateMs))} late (p95); a latency counts from the time when the request was due, a refusal from the time when it was sent.`,
    ...phases.filter(({ failed }) => failed > 0).map(describeErrors),
  ];
}

export function overloadTable(figures: OverloadFigures, result: ExperimentResult): string {
  const { verdict, violations, objectives } = result;
  const table = (header: readonly string[], rows: readonly string[][]): string[] => [
    ...formatTable(header, rows).split('\n').map(cut),
    '',
  ];
  return [
    ...table(PHASES_HEADER, toPhaseRows(figures)),
    ...table(LATENCY_HEADER, toLatencyRows(figures)),
    ...table(MEMORY_HEADER, toMemoryRows(figures)),
    ...describeOverload(figures).flatMap((sentence) => wrap(sentence, WIDTH)),
    `Verdict: ${verdict}`,
    ...violationLines(violations, '  '),
    ...objectives.map(({ name, target, actual, met }) =>
      cut(`${met ? 'Met' : 'Missed'}: ${name}: ${actual} (${target})`),
    ),
  ].join('\n');
}
