/** The end of a test run's report: skipped tests with their reasons. */
import { expect, test } from '@jest/globals';
import { onlyWhere } from '../support/only-where.js';
import { skippedLines } from '../support/summary-reporter.mjs';

const result = (
  file: string,
  ...tests: [status: string, title: string, ...ancestors: string[]][]
) => ({
  testFilePath: `/root/${file}`,
  testResults: tests.map(([status, title, ...ancestorTitles]) => ({
    status,
    title,
    ancestorTitles,
  })),
});

test('counts skipped tests by file and reason; tests excluded by a filter have no reason', () => {
  const results = [
    result(
      'a.test.ts',
      ['passed', 'one'],
      ['pending', 'two (skipped: needs Linux)'],
      ['pending', 'three (skipped: needs Linux)'],
    ),
    result('b.test.ts', ['pending', 'four', 'a set (skipped: needs Docker)'], ['pending', 'five']),
  ];
  expect(skippedLines(results, '/root')).toEqual([
    '       2    a.test.ts: needs Linux',
    '       1    b.test.ts: needs Docker',
  ]);
});

test('a test that cannot run on this machine is skipped under a title with the reason', () => {
  const titles: string[] = [];
  const runner = Object.assign((title: string) => void titles.push(title), {
    skip: (title: string) => void titles.push(`skip ${title}`),
  });
  onlyWhere(true, 'needs Linux', runner)('runs', undefined);
  onlyWhere(false, 'needs Linux', runner)('runs', undefined);
  expect(titles).toEqual(['runs', 'skip runs (skipped: needs Linux)']);
});
