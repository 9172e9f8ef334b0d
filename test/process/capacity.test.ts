/**
 * The experiment capacity on real processes: each system serves the users of its steps, every
 * payment is saved, the report shows where the time goes, and no process is left, also after
 * Ctrl-C. No test asserts a rate.
 */
import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SystemFigures } from '../../experiments/capacity/figures.js';
import type { SystemRound } from '../../experiments/capacity/rounds.js';
import { CAPACITY_SYSTEMS } from '../../experiments/capacity/systems.js';
import type { ExperimentResult } from '../../experiments/record/result.js';
import { findProgram } from '../../local/setup/programs.mjs';
import { experimentWorkplace } from '../support/experiment-run.js';
import { onlyWhere } from '../support/only-where.js';
import { TEST_MS } from './patience.js';

const workplace = experimentWorkplace();
const { run, leftovers } = workplace;

interface Report {
  figures: SystemFigures[];
  rounds: SystemRound[];
}

const readText = (...path: string[]): string =>
  readFileSync(join(workplace.folder, ...path), 'utf8');
const readReport = (): Report => {
  const [folder = ''] = readdirSync(join(workplace.folder, 'reports')).filter((name) =>
    name.startsWith('capacity-'),
  );
  expect(readdirSync(join(workplace.folder, 'reports', folder))).toEqual(
    expect.arrayContaining(['report.html', 'summary.md', 'junit.xml', 'result.json']),
  );
  return JSON.parse(readText('reports', folder, 'capacity.json')) as Report;
};

onlyWhere(findProgram(['haproxy']) !== null, 'needs HAProxy', test)(
  'npm run experiment -- capacity --quick: three systems, every payment saved',
  async () => {
    const { ended, output } = run('capacity', '--quick', '--json', 'result.json');
    expect({ code: await ended, output: output() }).toMatchObject({ code: 0 });
    const { verdict, violations, systems } = JSON.parse(
      readText('result.json'),
    ) as ExperimentResult;
    expect({ verdict, violations }).toEqual({ verdict: 'valid', violations: [] });
    expect(systems.map(({ system }) => system)).toEqual([...CAPACITY_SYSTEMS]);
    const { figures, rounds } = readReport();
    expect(figures.map(({ system }) => system)).toEqual([...CAPACITY_SYSTEMS]);
    for (const { steps } of rounds) {
      // A step that ends early, on a busy machine, may have no payment.
      expect(Math.max(...steps.map(({ paid }) => paid))).toBeGreaterThan(0);
      for (const { users, paid, saved, left, database, machine, life } of steps) {
        expect(users).toBeGreaterThan(0);
        expect({ saved, left }).toEqual({ saved: paid, left: 0 });
        expect(database.samples).toBeGreaterThan(0);
        expect(machine.processes.every(({ share }) => share >= 0)).toBe(true);
        // No payment is answered before its outcome, and none has one before its acceptance.
        if (life) expect(Math.min(life.answerMs, life.processMs)).toBeGreaterThan(0);
      }
    }
    const namesOf = (system: string): string[] =>
      rounds
        .find((one) => one.system === system)
        ?.steps[0]?.machine.processes.map(({ name }) => name) ?? [];
    expect(namesOf('single-server').sort()).toEqual(
      ['gateway', 'generator', 'postgres', 'redis', 'server_1'].sort(),
    );
    expect(namesOf('relevo-balanced')).toEqual(
      expect.arrayContaining(['haproxy', 'patients_1', 'patients_3', 'server_3', 'monitor_1']),
    );
    for (const line of output()
      .split('\n')
      .filter((text) => !/^(Report| *or|Again)| · /.test(text)))
      expect(line.length).toBeLessThanOrEqual(80);
    expect(leftovers()).toEqual([]);
  },
  TEST_MS,
);

test(
  'Ctrl-C during a step: exit code 130, nothing left',
  async () => {
    const { child, ended, output } = run('capacity', '--systems', 'single-server');
    await new Promise<void>((resolve) => {
      child.stderr?.on('data', () => /users\/s · [\d,]+ requests/.test(output()) && resolve());
      child.once('exit', () => resolve());
    });
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(leftovers()).toEqual([]);
  },
  TEST_MS,
);
