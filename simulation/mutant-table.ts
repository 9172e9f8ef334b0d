/** The table of mutants, within 80 columns. */
import { MUTANT_SEEDS, type MutantResult } from './campaign.js';

const row = (mutant: string, rule: string, seeds: string): string =>
  `  ${mutant.padEnd(26)}${rule.padEnd(14)}${seeds.padStart(8)}`;

export function mutantTable(results: readonly MutantResult[]): string {
  const survivors = results.filter(({ caughtAt }) => caughtAt === null);
  const verdict =
    survivors.length === 0
      ? `All ${results.length} planted bugs were caught.`
      : `${survivors.length} of ${results.length} planted bugs survived ${MUTANT_SEEDS} seeds: ${survivors.map(({ mutant }) => mutant.name).join(', ')}.`;
  return [
    row('mutant', 'caught by', 'seeds'),
    ...results.map(({ mutant, caughtAt }) =>
      row(mutant.name, mutant.caughtBy, caughtAt === null ? 'survived' : String(caughtAt)),
    ),
    '',
    verdict,
  ].join('\n');
}
