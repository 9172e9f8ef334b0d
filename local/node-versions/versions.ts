/** The versions of Node.js that Relevo supports, and the table of their results. Pure. */
import { formatTable } from '../../cli/output/table.js';
import { CHECKS, type Results } from './checks.js';

/** The oldest release that package.json permits, then every later long-term line. */
export const VERSIONS = ['20.19', '22', '24', '26'] as const;

/** The version that a word names; `20` also names `20.19`. Undefined when there is none. */
const findVersion = (word: string): string | undefined =>
  VERSIONS.find((version) => version === word || version.split('.')[0] === word);

/** @returns the versions to check, or the word that names none. */
export function selectVersions(
  words: readonly string[],
): { versions: readonly string[] } | { unknown: string } {
  if (words.length === 0) return { versions: VERSIONS };
  const unknown = words.find((word) => findVersion(word) === undefined);
  return unknown === undefined
    ? { versions: words.flatMap((word) => findVersion(word) ?? []) }
    : { unknown };
}

export interface Row {
  /** The exact release, such as `v24.22.3`. */
  release: string;
  results: Results;
}

export const hasPassed = ({ results }: Row): boolean =>
  CHECKS.every((name) => results[name]?.passed === true);

export const resultTable = (rows: readonly Row[]): string =>
  formatTable(
    ['Node.js', ...CHECKS],
    rows.map(({ release, results }) => [
      release,
      ...CHECKS.map((name) => {
        const result = results[name];
        if (!result) return 'not run';
        return `${result.passed ? 'passed' : 'FAILED'} ${result.seconds.toFixed(0)} s`;
      }),
    ]),
  ).join('\n');
