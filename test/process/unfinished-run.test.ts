/**
 * A run of the lab that ends early, by Ctrl-C or by an error: the finished rounds are reported as
 * an incomplete run. Control: without a finished round there is no report.
 */
import { describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ExperimentResult } from '../../experiments/record/result.js';
import { eventually } from '../support/eventually.js';
import { experimentWorkplace } from '../support/experiment-run.js';
import { TEST_MS } from './patience.js';

const workplace = experimentWorkplace();
const { run, leftovers } = workplace;

/** More rounds than the test waits for. */
const ROUNDS = '20';

function reportFolders(): string[] {
  const reports = join(workplace.folder, 'reports');
  const names = existsSync(reports) ? readdirSync(reports) : [];
  return names.filter((name) => name.startsWith('failover-')).map((name) => join(reports, name));
}

function readReport() {
  const [folder = ''] = reportFolders();
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const result = JSON.parse(read('result.json')) as ExperimentResult;
  return { result, summary: read('summary.md'), page: read('report.html') };
}

const startRounds = () =>
  run('failover', '--count', ROUNDS, '--kinds', 'planned', '--rate', '20', '--deadline', '30000');

/** The history in the temporary folder has the requests of the finished rounds. */
function hasFinishedRound(): boolean {
  const folders = readdirSync(workplace.folder).filter((name) => name.startsWith('relevo-history'));
  return folders.some((name) => {
    const file = join(workplace.folder, name, 'history.ndjson');
    return existsSync(file) && statSync(file).size > 0;
  });
}
const waitForRound = (output: () => string): Promise<unknown> =>
  eventually(hasFinishedRound, { what: 'a finished round', deadlineMs: TEST_MS / 2 }).catch(
    (error: unknown) => {
      throw new Error(`${String(error)}; the run printed: ${output()}`);
    },
  );

/** Ends a process of the run without a restart. */
function killProcess(program: string): void {
  const pid = leftovers().find((each) =>
    readFileSync(`/proc/${each}/cmdline`, 'utf8').includes(program),
  );
  if (pid === undefined) throw new Error(`no process runs ${program}`);
  process.kill(Number(pid), 'SIGKILL');
}

/** Checks the report of some finished rounds. */
function expectReport(output: string, reason: RegExp): void {
  const { result, summary, page } = readReport();
  expect({ verdict: result.verdict, violations: result.violations, output }).toMatchObject({
    verdict: 'unknown',
    violations: [],
  });
  const [system] = result.systems;
  const handovers = system?.trials[0]?.handovers.length ?? 0;
  expect(handovers).toBeGreaterThanOrEqual(1);
  expect(handovers).toBeLessThan(Number(ROUNDS));
  expect(system?.total.sent).toBeGreaterThan(0);
  for (const text of [output.replaceAll('\n', ' '), summary, page]) expect(text).toMatch(reason);
  expect(leftovers()).toEqual([]);
}

describe('a run that ends early', () => {
  test(
    'Ctrl-C after the first round: exit code 130, and a report of the finished rounds',
    async () => {
      const { child, ended, output } = startRounds();
      await waitForRound(output);
      child.kill('SIGINT');
      expect({ code: await ended, output: output() }).toMatchObject({ code: 130 });
      expectReport(output(), /The run was interrupted in segment \d+ of 20: the figures are/);
      expect(output()).toContain('Interrupted: all processes were stopped.');
    },
    TEST_MS,
  );

  test(
    'an error after the first round: exit code 3, and a report of the finished rounds',
    async () => {
      const { ended, output } = startRounds();
      await waitForRound(output);
      killProcess('monitor.mjs');
      expect({ code: await ended, output: output() }).toMatchObject({ code: 3 });
      expectReport(output(), /Segment \d+ of 20 failed \(.+\): the figures are/);
    },
    TEST_MS,
  );

  test(
    'control: Ctrl-C before the first round leaves no report',
    async () => {
      const { child, ended, output } = startRounds();
      await eventually(() => output().includes('Starting PostgreSQL'), {
        what: 'the start of the engines',
        deadlineMs: TEST_MS / 2,
      });
      child.kill('SIGINT');
      expect({ code: await ended, output: output() }).toMatchObject({ code: 130 });
      expect({ reports: reportFolders(), output: output() }).toMatchObject({ reports: [] });
      expect(leftovers()).toEqual([]);
    },
    TEST_MS,
  );
});
