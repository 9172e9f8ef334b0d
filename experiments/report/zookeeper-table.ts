/** The tables of the experiment zookeeper, in 80 columns. Pure. */
import { TEXT_WIDTH, wrap } from '../../shared/arguments/wrap.js';
import { count } from '../../shared/format.js';
import type { ExperimentResult } from '../record/result.js';
import { agrees, type MeasurementRow, type RowFigures } from '../zookeeper/rows.js';
import type { MeasurementFigures } from '../zookeeper/run-figures.js';
import { formatTable, formatWhole } from './table.js';
import { cut, violationLines } from './verdict-lines.js';

export const COMPARED_HEADER = ['fault', 'published', 'baseline', 'measured', 'agrees'] as const;
export const FIGURES_HEADER = [
  'n',
  'missed',
  'p50 ms',
  'max ms',
  'wrong',
  'twice',
  'stale',
] as const;

export function showRowAgreement(row: MeasurementRow): string {
  const isEqual = agrees(row);
  if (isEqual === null) return '–';
  return isEqual ? 'yes' : 'no';
}

const showBaseline = ({ runs, recovered, whole }: RowFigures): string => {
  const ended = runs - Math.min(recovered, whole);
  return ended === 0 ? `${runs} go on` : `${ended} of ${runs} end`;
};

export const toComparedCells = (row: MeasurementRow): string[] => [
  row.title,
  row.published ?? '–',
  row.baseline ? showBaseline(row.baseline) : '–',
  `${row.relevo.good} of ${row.relevo.runs} go on`,
  showRowAgreement(row),
];

const showNext = ({ recovered }: RowFigures, ms: number): string =>
  recovered === 0 ? 'never' : formatWhole(ms);

export const toFigureCells = (title: string, figures: RowFigures): string[] => [
  title,
  String(figures.runs),
  String(figures.missed),
  showNext(figures, figures.nextMs.p50),
  showNext(figures, figures.nextMs.max),
  String(figures.wrong),
  String(figures.duplicated),
  String(figures.stale),
];

/** The rows that the baseline ran, with its figures. */
export const ofBaseline = (rows: readonly MeasurementRow[]): [string, RowFigures][] =>
  rows.flatMap(({ title, baseline }): [string, RowFigures][] =>
    baseline ? [[title, baseline]] : [],
  );

/** Resident memory, one sentence per kind of process. */
export const describeMemory = ({ memory }: Pick<MeasurementFigures, 'memory'>): string =>
  memory.length === 0
    ? 'Memory: not measured here'
    : `Memory, resident MB: ${memory.map(({ name, residentMb }) => `${name} ${Math.round(residentMb)}`).join(', ')}`;

/** How many measurements there were, in one sentence. */
export const describeMeasured = ({ measured }: Pick<MeasurementFigures, 'measured'>): string =>
  `Measurements: ${count(measured.all)}, of which ${count(measured.ofPayments)} of payments, the others probes`;

const formatFigures = (title: string, rows: readonly [string, RowFigures][]): string[] => [
  ...formatTable(
    [title, ...FIGURES_HEADER],
    rows.map(([name, figures]) => toFigureCells(name, figures)),
  )
    .split('\n')
    .map(cut),
  '',
];

export function zookeeperTable(
  figures: MeasurementFigures,
  { verdict, violations, objectives }: ExperimentResult,
): string {
  const { rows } = figures;
  const baseline = ofBaseline(rows);
  return [
    ...formatTable(COMPARED_HEADER, rows.map(toComparedCells)).split('\n').map(cut),
    '',
    ...formatFigures(
      'Relevo',
      rows.map(({ title, relevo }) => [title, relevo]),
    ),
    ...(baseline.length > 0 ? formatFigures('as published', baseline) : []),
    ...wrap(describeMemory(figures), TEXT_WIDTH),
    describeMeasured(figures),
    `Stale means sent, and refused: ${figures.refused}`,
    `Verdict: ${verdict}`,
    ...violationLines(violations, '  '),
    ...objectives
      .filter(({ met }) => !met)
      .map(({ name, target, actual }) => cut(`Missed: ${name}: ${actual} (${target})`)),
    `Objectives met: ${objectives.filter(({ met }) => met).length} of ${objectives.length}`,
  ].join('\n');
}
