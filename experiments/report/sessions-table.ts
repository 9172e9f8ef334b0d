/** The tables of the experiment sessions, in 80 columns. Pure. */
import { wrap } from '../../shared/arguments/wrap.js';
import { count, duration } from '../../shared/format.js';
import type { ExperimentResult } from '../record/result.js';
import type { CellFigures, SessionsFigures } from '../sessions/figures.js';
import { FAULT_HEADS, type MatrixRow } from '../sessions/matrix.js';
import { formatTable } from './table.js';
import { cut, verdictLines } from './verdict-lines.js';

const WIDTH = 80;

export interface MatrixSheet {
  title: string;
  toCell: (cell: CellFigures) => string;
}

const showSeconds = (ms: number | null): string => (ms === null ? '–' : (ms / 1_000).toFixed(1));

/** One table of the whole matrix per figure. */
export const MATRIX_SHEETS: readonly MatrixSheet[] = [
  { title: 'Flows lost', toCell: ({ lostFlows }) => count(lostFlows) },
  { title: 'Flows completed', toCell: ({ completed }) => count(completed) },
  { title: 'Requests failed', toCell: ({ failedRequests }) => count(failedRequests) },
  { title: 'Longest extra wait, s', toCell: ({ longestExtraMs }) => showSeconds(longestExtraMs) },
];

export const toHeader = ({ matrix }: SessionsFigures): string[] => [
  'balancer',
  'affinity',
  'store',
  ...matrix.faults.map((fault) => FAULT_HEADS[fault]),
];

export const isOfRow =
  ({ engine, affinity, store }: MatrixRow) =>
  (cell: MatrixRow): boolean =>
    cell.engine === engine && cell.affinity === affinity && cell.store === store;

export const toSheetRows = (
  { matrix, cells }: SessionsFigures,
  { toCell }: MatrixSheet,
): string[][] =>
  matrix.rows.map((row) => [
    row.engine,
    row.affinity,
    row.store,
    ...cells.filter(isOfRow(row)).map(toCell),
  ]);

export function describeFlows({ cells, systems }: SessionsFigures): string {
  const flows = cells.reduce((sum, cell) => sum + cell.flows, 0);
  const requests = cells.reduce((sum, cell) => sum + cell.requests, 0);
  const twice = cells.reduce((sum, { paidTwice }) => sum + paidTwice.length, 0);
  const longest = Math.max(0, ...cells.map(({ durationMs }) => durationMs));
  return `${count(cells.length)} cells, ${count(flows)} flows, ${count(requests)} requests; paid twice: ${count(twice)}. Systems at once: ${systems}. The longest cell took ${duration(longest)}.`;
}

export function sessionsTable(figures: SessionsFigures, result: ExperimentResult): string {
  const { objectives } = result;
  const sheets = MATRIX_SHEETS.flatMap((sheet) => [
    sheet.title,
    ...formatTable(toHeader(figures), toSheetRows(figures, sheet)).split('\n').map(cut),
    '',
  ]);
  return [
    ...sheets,
    ...wrap(describeFlows(figures), WIDTH),
    ...verdictLines({ ...result, objectives: [] }, []),
    `Objectives met: ${objectives.filter(({ met }) => met).length} of ${objectives.length}`,
    ...objectives
      .filter(({ met }) => !met)
      .map(({ name, actual, target }) => cut(`Missed: ${name}: ${actual} (${target})`)),
  ].join('\n');
}
