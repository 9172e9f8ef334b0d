/**
 * Ends Jest's report with the slowest files, and with the skipped tests and their reasons. Shown
 * when several files were run.
 */
import { relative } from 'node:path';

const SLOWEST = 10;
const REASON = /^(.*) \(skipped: (.+)\)$/;

/** @param {import('@jest/reporters').TestResult[]} results */
function slowestLines(results, rootDir) {
  const timed = results.map(({ testFilePath, perfStats: { start, end } }) => ({
    file: relative(rootDir, testFilePath),
    ms: end - start,
  }));
  timed.sort((a, b) => b.ms - a.ms);
  return timed
    .slice(0, SLOWEST)
    .map(({ file, ms }) => `  ${(ms / 1_000).toFixed(1).padStart(6)} s  ${file}`);
}

/** One line per reason in each file; tests skipped by a name filter have no reason. */
export function skippedLines(results, rootDir) {
  const counts = new Map();
  for (const { testFilePath, testResults } of results) {
    for (const { status, title, ancestorTitles } of testResults) {
      const reason = [...ancestorTitles, title]
        .map((each) => REASON.exec(each)?.[2])
        .find((each) => each !== undefined);
      if (status !== 'pending' || reason === undefined) continue;
      const line = `${relative(rootDir, testFilePath)}: ${reason}`;
      counts.set(line, (counts.get(line) ?? 0) + 1);
    }
  }
  return [...counts].map(([line, count]) => `  ${String(count).padStart(6)}    ${line}`);
}

export default class SummaryReporter {
  constructor({ rootDir }) {
    this.rootDir = rootDir;
  }

  onRunComplete(_contexts, { testResults }) {
    const skipped = skippedLines(testResults, this.rootDir);
    const parts = [];
    if (testResults.length > SLOWEST)
      parts.push('Slowest files:', ...slowestLines(testResults, this.rootDir));
    if (skipped.length > 0) parts.push('Skipped tests:', ...skipped);
    if (parts.length > 0) process.stderr.write(`\n${parts.join('\n')}\n`);
  }
}
