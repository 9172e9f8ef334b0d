/** The rows of exercise 8: the distribution of many iterations. Pure. */
import { count } from '../../shared/format.js';
import { compareRow, NOT_PUBLISHED, shownRow, type ComparedRow } from '../balancer/rows.js';
import { sum } from '../statistics/statistics.js';
import { countAsExpected, listElected, showElected } from './elections.js';
import type { ApacheFigures, IterationFigures } from './figures.js';

/** Requests of one iteration: four, and one redirect. */
const REQUESTS_EACH = 5;

/** The elections of each instance, in descending order, when new sessions take turns. */
function shareInTurn(iterations: number, instances: number): number[] {
  const [least, rest] = [Math.floor(iterations / instances), iterations % instances];
  return Array.from(
    { length: instances },
    (_, index) => REQUESTS_EACH * (least + (index < rest ? 1 : 0)),
  );
}

/** Which instance receives the odd iteration, or the only session, is chance. */
const sortDown = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => b - a);

function distributionRows(
  figures: ApacheFigures,
  measured: IterationFigures,
  texts: { ids: readonly [string, string]; cookies: string; published: string },
  expected: readonly number[],
): ComparedRow[] {
  const counts = listElected(figures, measured);
  return [
    compareRow({
      id: texts.ids[0],
      what: `cookies ${texts.cookies}: Elected`,
      published: texts.published,
      measured: showElected(counts),
      target: sum(expected),
      actual: countAsExpected(sortDown(counts), expected),
      failed: measured.failed,
    }),
    compareRow({
      id: texts.ids[1],
      what: `cookies ${texts.cookies}: errors`,
      published: '0 %',
      measured: `${measured.failed} of ${count(measured.sent)}`,
      target: 0,
      actual: measured.failed,
      failed: 0,
    }),
  ];
}

export function iterationRows(figures: ApacheFigures): ComparedRow[] {
  const { cleared, kept, instances } = figures;
  const all = kept.iterations * REQUESTS_EACH;
  const payments = cleared.iterations + kept.iterations;
  const named = cleared.namedRight + kept.namedRight;
  return [
    ...distributionRows(
      figures,
      cleared,
      { ids: ['8.1', '8.2'], cookies: 'cleared', published: '1,670/1,665/1,665' },
      shareInTurn(cleared.iterations, instances.length),
    ),
    ...distributionRows(
      figures,
      kept,
      { ids: ['8.3', '8.4'], cookies: 'kept', published: '5,000/0/0' },
      [all, ...instances.slice(1).map(() => 0)],
    ),
    compareRow({
      id: '8.5',
      what: 'records name their instance',
      published: NOT_PUBLISHED,
      measured: `${count(named)} of ${count(payments)}`,
      target: payments,
      actual: named,
      failed: 0,
    }),
    shownRow({
      id: '8.6',
      what: 'requests per s',
      published: '45.3',
      measured: `${cleared.throughputPerSec} and ${kept.throughputPerSec}`,
    }),
  ];
}
