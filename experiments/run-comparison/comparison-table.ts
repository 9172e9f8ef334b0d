/** The table of a comparison, at most 80 columns wide. Pure. */
import { TEXT_WIDTH, wrap } from '../../shared/arguments/wrap.js';
import { chance } from '../report/format.js';
import { formatTable, ms, percent } from '../report/table.js';
import { LEVEL, type Difference } from './compare-runs.js';
import type { RecordedRun } from './recorded-run.js';

const MARKS: Record<Difference['judgement'], string> = {
  better: '+ better',
  worse: '- worse',
  alike: '',
  untested: '? too few',
};

export function changeOf({ unit, before, after }: Difference): string {
  const sign = after < before ? '-' : '+';
  if (unit === 'share') return `${sign}${(Math.abs(after - before) * 100).toFixed(3)} pt`;
  return before === 0 ? '–' : `${sign}${((Math.abs(after - before) / before) * 100).toFixed(1)} %`;
}

export const valueOf = (unit: Difference['unit'], value: number): string =>
  unit === 'share' ? percent(value) : ms(value);

const row = (difference: Difference): string[] => {
  const { what, unit, before, after, p, judgement } = difference;
  return [
    what,
    valueOf(unit, before),
    valueOf(unit, after),
    changeOf(difference),
    p === null ? '–' : chance(p).replace('p = ', ''),
    MARKS[judgement],
  ];
};

/** Wraps a note on the comparison, with indentation from the second line on. */
export const wrapNote = (text: string): string[] =>
  wrap(text, TEXT_WIDTH, { indent: '  ', verbatim: true });

const runLine = (name: string, { folder, result }: RecordedRun): string[] =>
  wrapNote(`${name} ${folder} (commit ${result.commit}, seed ${result.seed}, ${result.verdict})`);

export interface ComparisonFacts {
  before: RecordedRun;
  after: RecordedRun;
  differences: readonly Difference[];
  warnings: readonly string[];
  tolerance: number;
}

export function comparisonTable({
  before,
  after,
  differences,
  warnings,
  tolerance,
}: ComparisonFacts): string {
  const systems = [...new Set(differences.map(({ system }) => system))];
  const tables = systems.flatMap((system) => {
    const rows = differences.filter((difference) => difference.system === system).map(row);
    return ['', formatTable([system.slice(0, 24), 'before', 'after', 'change', 'p', ''], rows)];
  });
  const methods = [...new Set(differences.flatMap(({ method }) => method ?? []))].join(', ');
  return [
    ...runLine('before', before),
    ...runLine('after ', after),
    ...warnings.flatMap((sentence) => wrapNote(`Warning: ${sentence}`)),
    ...tables,
    '',
    ...wrapNote(
      `p: probability of such a difference between equal runs (${methods}; Holm over all). Better or worse: p < ${LEVEL} and, for times, more than ${tolerance} %.`,
    ),
  ].join('\n');
}
