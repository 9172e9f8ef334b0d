/** The tables of the experiment haproxy, in 80 columns. Pure. */
import type { HaproxyFigures } from '../haproxy/figures.js';
import { concludeStrategies } from '../haproxy/conclusion.js';
import { compareWithPublished } from '../haproxy/rows.js';
import type { ExperimentResult } from '../record/result.js';
import { wrap } from '../../shared/arguments/wrap.js';
import { count } from '../../shared/format.js';
import { agreementLines, rowLines } from './compared-rows.js';
import { formatTable, ms } from './table.js';
import { cut, verdictLines } from './verdict-lines.js';

const WIDTH = 80;

export const STRATEGY_HEADER = [
  'strategy',
  'per s',
  'mean ms',
  'p50 ms',
  'p95 ms',
  'errors',
  'slow s1',
  's2',
] as const;

export const toStrategyCells = (figures: HaproxyFigures): string[][] =>
  figures.strategies.map(({ strategy, load, failed }) => [
    strategy,
    ms(load.throughputPerSec),
    ms(load.latencyMs.mean),
    ms(load.latencyMs.p50),
    ms(load.latencyMs.p95),
    String(failed),
    ...figures.servers.map((server) => count(load.byInstance[server] ?? 0)),
  ]);

export const describeStrategies = ({
  strategyDelayMs,
  strategyRatePerSec,
  strategies,
}: HaproxyFigures): string =>
  `Strategies, s1 answers ${strategyDelayMs} ms late, ${strategyRatePerSec} requests per s, ${count(strategies[0]?.load.sent ?? 0)} each`;

export function haproxyTable(figures: HaproxyFigures, result: ExperimentResult): string {
  const rows = compareWithPublished(figures);
  return [
    ...rowLines(rows),
    '',
    describeStrategies(figures),
    ...formatTable(STRATEGY_HEADER, toStrategyCells(figures)).split('\n').map(cut),
    '',
    ...concludeStrategies(figures).flatMap((sentence) => wrap(sentence, WIDTH)),
    ...verdictLines({ ...result, objectives: [] }, []),
    ...agreementLines(rows, result),
  ].join('\n');
}
