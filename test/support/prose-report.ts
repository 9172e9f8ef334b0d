/**
 * Prints the prose measures of the repository, and the findings: `node --import tsx
 * test/support/prose-report.ts` prints one line per folder; with a path, every finding below that
 * path.
 */
import { measureRepository, type Measured } from './prose-measures.js';
import { RULES } from './prose.js';

const per1000 = (count: number, words: number): string =>
  (words === 0 ? '-' : ((count / words) * 1_000).toFixed(2)).padStart(8);
const percent = (count: number, all: number): string =>
  (all === 0 ? '-' : `${((count / all) * 100).toFixed(1)} %`).padStart(8);

function printTable({ texts, names }: Measured): void {
  process.stdout.write(
    `${''.padEnd(34)}${'words'.padStart(8)}${RULES.map((rule) => rule.padStart(8)).join('')}   per 1,000 words\n`,
  );
  for (const [key, { words, counts }] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const cells = RULES.map((rule) => per1000(counts[rule], words));
    process.stdout.write(`${key.padEnd(34)}${String(words).padStart(8)}${cells.join('')}\n`);
  }
  process.stdout.write(
    `\n${'functions'.padEnd(34)}${'named'.padStart(8)}${'-ed'.padStart(8)}${'…Of'.padStart(8)}\n`,
  );
  for (const [key, { all, participles, ofs }] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    process.stdout.write(
      `${key.padEnd(34)}${String(all).padStart(8)}${percent(participles, all)}${percent(ofs, all)}\n`,
    );
  }
}

const [path] = process.argv.slice(2);
const measured = measureRepository();
if (path === undefined) printTable(measured);
else {
  for (const finding of measured.findings.filter((one) => one.path.startsWith(path))) {
    process.stdout.write(`${finding.path}:${finding.line}  ${finding.rule}  ${finding.excerpt}\n`);
  }
}
