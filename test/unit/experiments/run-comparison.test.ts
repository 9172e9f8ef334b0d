/**
 * `compare RUN RUN` on invented runs: reports only significant differences, and refuses folders
 * that are not runs.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArgumentError } from '../../../shared/arguments/parse.js';
import type { RunRecord } from '../../../experiments/record/run-record.js';
import { toStoredRecord } from '../../../experiments/report/stored-record.js';
import { compareCommand } from '../../../experiments/run-comparison/command.js';
import { madeUpJournal, type MadeUp } from '../../support/run-record.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-compare-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The parts of the output of `writeReport` that a comparison reads. */
function leave(name: string, journal: RunRecord): string {
  const run = join(folder, name);
  mkdirSync(run);
  writeFileSync(join(run, 'result.json'), JSON.stringify(journal.result));
  writeFileSync(join(run, 'journal.json'), JSON.stringify(toStoredRecord(journal)));
  return run;
}

const RUN = { requests: 3_000, faults: 6 } as const;

function compare(before: MadeUp, after: MadeUp, ...more: string[]): { code: number; text: string } {
  const lines: string[] = [];
  const runs = [
    leave('before', madeUpJournal({ ...RUN, ...before })),
    leave('after', madeUpJournal({ ...RUN, ...after })),
  ];
  const code = compareCommand([...runs, ...more], (text) => lines.push(text));
  return { code, text: lines.join('\n').replaceAll(folder, 'reports') };
}

const lineOf = (text: string, what: string): string =>
  text.split('\n').find((line) => line.startsWith(what)) ?? '';

describe('compare', () => {
  test('two runs that differ only in their seed: nothing is worse, and a warning names the seeds', () => {
    const { code, text } = compare({}, { seed: 2 });
    expect(code).toBe(0);
    expect(text).toContain('No figure became worse.');
    expect(text).toContain('Warning: Different seeds: 1 and 2.');
    expect(text).not.toMatch(/better|- worse/);
  });

  test('slower by a third: worse at every percentile, exit code 1', () => {
    const { code, text } = compare({}, { seed: 2, slower: 1.33 });
    expect(code).toBe(1);
    for (const percentile of ['p50', 'p95'])
      expect(lineOf(text, `latency ${percentile}`)).toMatch(/\+3\d\.\d % +p < 0\.001 +- worse/);
    expect(text).toMatch(/^Worse: .*relevo: latency p50 ms/m);
  });

  test('in the opposite order it is better, exit code 0', () => {
    const { code, text } = compare({ slower: 1.33 }, { seed: 2 });
    expect(code).toBe(0);
    expect(lineOf(text, 'latency p50')).toContain('+ better');
  });

  test('significant, but within the tolerance: alike', () => {
    expect(
      lineOf(compare({}, { seed: 2, slower: 1.2 }, '--tolerance', '40').text, 'latency p50'),
    ).not.toContain('worse');
  });

  test('lost requests: availability is worse; the output names the test and the error', () => {
    const { code, text } = compare({}, { seed: 2, lost: 60 });
    expect(code).toBe(1);
    expect(lineOf(text, 'availability')).toMatch(
      /100\.000 % +98\.000 % +-2\.000 pt +p < 0\.001 +- worse/,
    );
    expect(lineOf(text, 'error ECONNRESET')).toContain('- worse');
    expect(text).toMatch(/\(z.*block bootstrap.*Mann-Whitney|Mann-Whitney/s);
  });

  test('a newly violated rule is worse than any figure', () => {
    const { code, text } = compare({}, { violations: [{ rule: 'lost', ids: ['payment-1'] }] });
    expect(code).toBe(1);
    expect(text).toContain('Worse: verdict: valid before, invalid after.');
  });

  test('a short run is reported as too short', () => {
    const { code, text } = compare(
      { requests: 100, faults: 0 },
      { requests: 100, faults: 0, seed: 2 },
    );
    expect(code).toBe(0);
    expect(lineOf(text, 'latency p99')).toContain('? too few');
  });

  test('no line is wider than 80 columns', () => {
    const { text } = compare({ lost: 3 }, { seed: 2, slower: 2, lost: 60 });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('--json and --html: the same for programs and for readers', () => {
    const [json, html] = [join(folder, 'out.json'), join(folder, 'out.html')];
    compare({}, { seed: 2, slower: 1.33 }, '--json', json, '--html', html);
    const told = JSON.parse(readFileSync(json, 'utf8')) as {
      worse: string[];
      differences: { what: string; judgement: string; method: string }[];
    };
    expect(told.differences.find(({ what }) => what === 'latency p50 ms')).toMatchObject({
      judgement: 'worse',
      method: 'block bootstrap',
    });
    expect(told.worse.length).toBeGreaterThan(1);
    expect(readFileSync(html, 'utf8')).toContain('▼ worse');
    expect(readFileSync(html, 'utf8')).not.toMatch(
      /\ssrc=|https?:\/\/(?!www\.w3\.org|127\.0\.0\.1)/,
    );
  });

  test('the same comparison gives the same answer', () => {
    const first = compare({}, { seed: 2, slower: 1.05 }).text;
    rmSync(join(folder, 'before'), { recursive: true });
    rmSync(join(folder, 'after'), { recursive: true });
    expect(compare({}, { seed: 2, slower: 1.05 }).text).toBe(first);
  });
});

describe('invalid comparisons', () => {
  const quiet = (): void => undefined;

  test('a missing run: one sentence', () => {
    const run = leave('run', madeUpJournal());
    expect(() => compareCommand([run, 'never-was'], quiet)).toThrow(
      new ArgumentError(
        'There is no run "never-was": no result.json in never-was/ or reports/never-was/.',
      ),
    );
  });

  test.each([
    [[]],
    [['one']],
    [['one', 'two', 'three']],
    [['one', 'two', '--tolerance', 'much']],
    [['one', 'two', '--colour']],
  ])('%j: wrong arguments', (args) => {
    expect(() => compareCommand(args, quiet)).toThrow(ArgumentError);
  });

  test.each([
    ['not JSON', '{'],
    ['another shape', '{"name":"availability"}'],
  ])('a result that is %s: exit code 3, and the position of the error', (_what, text) => {
    const [run, broken] = [leave('run', madeUpJournal()), leave('broken', madeUpJournal())];
    writeFileSync(join(broken, 'result.json'), text);
    const said: string[] = [];
    expect(compareCommand([run, broken], (line) => said.push(line))).toBe(3);
    expect(said).toEqual([expect.stringContaining('result.json cannot be read as part of a run')]);
  });

  test('two runs of different systems: exit code 3', () => {
    const runs = [
      leave('one', madeUpJournal()),
      leave('other', madeUpJournal({ system: 'published' })),
    ];
    const said: string[] = [];
    expect(compareCommand(runs, (line) => said.push(line))).toBe(3);
    expect(said).toEqual(['The two runs have no system in common.']);
  });

  test('--help', () => {
    const said: string[] = [];
    expect(compareCommand(['--help'], (line) => said.push(line))).toBe(0);
    expect(said.join()).toContain('compare RUN RUN');
  });
});
