/** The tables of the experiment apache, in 80 columns. Pure. */
import type { ApacheFigures, RequestFigures } from '../apache/figures.js';
import { compareWithApacheReport } from '../apache/rows.js';
import type { FlowStepName } from '../balancer/flow-steps.js';
import type { ExperimentResult } from '../record/result.js';
import { agreementLines, rowLines } from './compared-rows.js';
import { formatTable, ms } from './table.js';
import { cut, verdictLines } from './verdict-lines.js';

export const REQUEST_TITLE = 'Mean / p95 / p99 of each request, ms (only shown)';
export const REQUEST_HEADER = ['request', 'published', 'cookies cleared', 'cookies kept'] as const;

/** The name of each request of an iteration, and its published mean, p95 and p99 in ms. */
const REQUESTS: readonly (readonly [FlowStepName, name: string, published: string])[] = [
  ['form', 'GET identify', '11 / 18 / 23'],
  ['identify', 'POST identify', '38 / 52 / 85'],
  ['bill', 'GET register', '7 / 13 / 21'],
  ['pay', 'POST register', '29 / 43 / 69'],
  ['payment', 'redirect', '–'],
];

const showLatency = (requests: readonly RequestFigures[], wanted: FlowStepName): string => {
  const found = requests.find(({ name }) => name === wanted);
  return found ? [found.mean, found.p95, found.p99].map(ms).join(' / ') : '–';
};

export const toRequestCells = ({ cleared, kept }: ApacheFigures): string[][] =>
  REQUESTS.map(([step, name, published]) => [
    name,
    published,
    showLatency(cleared.requests, step),
    showLatency(kept.requests, step),
  ]);

export function apacheTable(figures: ApacheFigures, result: ExperimentResult): string {
  const rows = compareWithApacheReport(figures);
  return [
    ...rowLines(rows),
    '',
    REQUEST_TITLE,
    ...formatTable(REQUEST_HEADER, toRequestCells(figures)).split('\n').map(cut),
    '',
    ...verdictLines({ ...result, objectives: [] }, []),
    ...agreementLines(rows, result),
  ].join('\n');
}
