import { jestArguments, needsEngines, selectTests } from '../../../local/test-arguments.js';

const exists = (path: string): boolean => ['test/unit', 'test/integration'].includes(path);

describe('the arguments of npm test', () => {
  it.each([
    [['unit'], ['test/unit/']],
    [
      ['unit', '-t', 'integration'],
      ['test/unit/', '-t', 'integration'],
    ],
    [['ledger'], ['ledger']],
    [
      ['test/unit/local', '--silent'],
      ['test/unit/local', '--silent'],
    ],
  ])('%j become %j', (words, expected) => {
    expect(jestArguments(words, exists)).toEqual(expected);
  });

  it.each([
    [[], true],
    [['unit'], false],
    [['unit', '--silent'], false],
    [['unit', '-t', 'redis'], false],
    [['test/unit/local/backoff.test.ts'], false],
    [['simulation'], false],
    [['unit', 'test/simulation/mutants.test.ts'], false],
    [['unit', 'integration'], true],
    [['--silent'], true],
    [['ledger'], true],
    [['test/unit-of-work'], true],
    [['simulation-of-engines'], true],
  ])('%j need engines: %s', (words, expected) => {
    expect(needsEngines(words)).toBe(expected);
  });

  it.each([
    [[], ['test/unit/a.test.ts', 'test/browser/report.test.ts']],
    [
      ['--silent', '-t', 'unit'],
      ['test/unit/a.test.ts', 'test/browser/report.test.ts'],
    ],
    [['test/unit/'], ['test/unit/a.test.ts']],
    [['Report'], ['test/browser/report.test.ts']],
    [['nothing'], []],
  ])('%j select %j', (args, expected) => {
    expect(selectTests(args, ['test/unit/a.test.ts', 'test/browser/report.test.ts'])).toEqual(
      expected,
    );
  });
});
