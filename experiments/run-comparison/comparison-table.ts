/** The table of a comparison, at most 80 columns wide. Pure. */
import { TEXT_WIDTH, wrap } from '../../shared/arguments/wrap.js';
import { chance } from '../../shared/format.js';
import { formatTable, ms, percent } from '../report/table.js';
import { LEVEL, type Difference } from './compare-runs.js';
import type { RecordedRun } from './recorded-run.js';

const MARKS: Record<Difference['judgement'], string> = {
  better: '+ better',
  worse: '- worse',
  alike: '',
  untested: '? too few',
};

export interface ComparisonFacts {
  before: RecordedRun;
  after: RecordedRun;
  differences: readonly Difference[];
  warnings: readonly string[];
  tolerance: number;
}

function formatChange({ unit, before, after }: Difference): string {
  const [sign, size] = [after < before ? '-' : '+', Math.abs(after - before)];
  if (unit === 'share') return `${sign}${(size * 100).toFixed(3)} pt`;
  return before === 0 ? '–' : `${sign}${((size / before) * 100).toFixed(1)} %`;
}

/** The first cells of a row: the figure, its values and its change. */
export function toCells(difference: Difference): string[] {
  const { what, unit, before, after } = difference;
  const format = unit === 'share' ? percent : ms;
  return [what, format(before), format(after), formatChange(difference)];
}

/** The differences of each system, as rows. */
export function groupBySystem<Row>(
  differences: readonly Difference[],
  toRow: (difference: Difference) => Row,
): [system: string, rows: Row[]][] {
  const systems = [...new Set(differences.map(({ system }) => system))];
  return systems.map((name) => [
    name,
    differences.filter(({ system }) => system === name).map(toRow),
  ]);
}

/** Wraps a note on the comparison, with indentation from the second line on. */
export const wrapNote = (text: string): string[] =>
  wrap(text, TEXT_WIDTH, { indent: '  ', verbatim: true });

const runLine = (name: string, { folder, result }: RecordedRun): string[] =>
  wrapNote(`${name} ${folder} (commit ${result.commit}, seed ${result.seed}, ${result.verdict})`);

export function comparisonTable(facts: ComparisonFacts): string {
  const { before, after, differences, warnings, tolerance } = facts;
  const grouped = groupBySystem(differences, (difference) => [
    ...toCells(difference),
    difference.p === null ? '–' : chance(difference.p).replace('p = ', ''),
    MARKS[difference.judgement],
  ]);
  const methods = [...new Set(differences.flatMap(({ method }) => method ?? []))].join(', ');
  return [
    ...runLine('before', before),
    ...runLine('after ', after),
    ...warnings.flatMap((sentence) => wrapNote(`Warning: ${sentence}`)),
    ...grouped.flatMap(([system, rows]) => [
      '',
      formatTable([system.slice(0, 24), 'before', 'after', 'change', 'p', ''], rows),
    ]),
    '',
    ...wrapNote(
      `p: probability of such a difference between equal runs (${methods}; Holm over all). Better or worse: p < ${LEVEL} and, for times, more than ${tolerance} %.`,
    ),
  ].join('\n');
}
