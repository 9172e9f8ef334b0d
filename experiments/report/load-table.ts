/** The tables of the experiment load: published beside measured, in 80 columns. Pure. */
import { describeErrors } from '../load/objectives.js';
import { STEPS, type LevelFigures } from '../load/figures.js';
import { LEVELS, type PublishedLoad } from '../load/levels.js';
import { count, duration, milliseconds } from '../../shared/format.js';
import { wrap } from '../../shared/arguments/wrap.js';
import type { ExperimentResult } from '../record/result.js';
import { formatTable } from './table.js';
import { cut, violationLines } from './verdict-lines.js';

const WIDTH = 80;

export const LOAD_HEADER = [
  'level',
  '',
  'users',
  'requests',
  'done %',
  'per s',
  'min ms',
  'max ms',
  'median',
  'p95 ms',
] as const;

export const ERRORS_HEADER = ['level', 'errors published', 'errors measured'] as const;
export const STEPS_HEADER = ['level', 'request', 'sent', 'min ms', 'median', 'p95', 'max'] as const;

/** A figure of the report or of a measurement, in the same form. */
const toCells = (figures: PublishedLoad): string[] => [
  count(figures.users),
  count(figures.requests),
  ((figures.completed / figures.requests) * 100).toFixed(1),
  figures.requestsPerSec.toFixed(2),
  ...[figures.minMs, figures.maxMs, figures.medianMs, figures.p95Ms].map(milliseconds),
];

const toPublished = (level: string): PublishedLoad | null =>
  LEVELS.find(({ name }) => name === level)?.published ?? null;

const toComparable = ({ latencyMs, ...figures }: LevelFigures): PublishedLoad => ({
  ...figures,
  minMs: latencyMs.min,
  maxMs: latencyMs.max,
  medianMs: latencyMs.median,
  p95Ms: latencyMs.p95,
});

/** Two rows per level: the report, and the measurement. */
export const toLoadRows = (levels: readonly LevelFigures[]): string[][] =>
  levels.flatMap((figures) => {
    const published = toPublished(figures.level);
    return [
      ...(published ? [[figures.level, 'published', ...toCells(published)]] : []),
      [published ? '' : figures.level, 'measured', ...toCells(toComparable(figures))],
    ];
  });

const describePublished = (level: string): string => {
  const published = toPublished(level);
  return published ? describeErrors(published) : '–';
};

export const toErrorRows = (levels: readonly LevelFigures[]): string[][] =>
  levels.map((figures) => [
    figures.level,
    describePublished(figures.level),
    describeErrors(figures),
  ]);

export const toStepRows = (levels: readonly LevelFigures[]): string[][] =>
  levels.flatMap(({ level, byStep }) =>
    STEPS.map((step) => {
      const { sent, min, median, p95, max } = byStep[step];
      const latencies = [min, median, p95, max].map(milliseconds);
      return [step === STEPS[0] ? level : '', step, count(sent), ...latencies];
    }),
  );

/** How late the generator itself was. */
export const describeGenerator = (levels: readonly LevelFigures[]): string =>
  `The generator started each user at most ${duration(Math.max(...levels.map(({ generatorLateMs }) => generatorLateMs)))} late; a latency counts from the time when the request was due.`;

export function loadTable(levels: readonly LevelFigures[], result: ExperimentResult): string {
  const { verdict, violations, objectives } = result;
  return [
    ...formatTable(LOAD_HEADER, toLoadRows(levels)).split('\n').map(cut),
    '',
    ...toErrorRows(levels).flatMap(([level = '', published = '', measured = '']) =>
      wrap(`Errors, ${level}: published ${published}; measured ${measured}`, WIDTH),
    ),
    '',
    ...formatTable(STEPS_HEADER, toStepRows(levels)).split('\n'),
    '',
    ...wrap(describeGenerator(levels), WIDTH),
    `Verdict: ${verdict}`,
    ...violationLines(violations, '  '),
    ...objectives.map(({ name, target, actual, met }) =>
      cut(`${met ? 'Met' : 'Missed'}: ${name}: ${actual} (${target})`),
    ),
  ].join('\n');
}
