/**
 * The lab as a user starts it: a result of the agreed shape, the documented exit codes, no
 * processes left after Ctrl-C.
 */
import { describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExperimentResult } from '../../experiments/record/result.js';
import { eventually } from '../support/eventually.js';
import { experimentWorkplace } from '../support/experiment-run.js';

const workplace = experimentWorkplace();
const { run, leftovers } = workplace;

describe('npm run experiment', () => {
  test('availability: every payment in time, the agreed shape, a report, exit code 0', async () => {
    const { ended, output } = run(
      'availability',
      '--replicas',
      '2',
      '--trials',
      '1',
      '--requests',
      '30',
      '--failures',
      '3',
      '--seed',
      '5',
      '--deadline',
      '30000',
      '--json',
      'result.json',
    );
    const code = await ended;
    const result = JSON.parse(
      readFileSync(join(workplace.folder, 'result.json'), 'utf8'),
    ) as ExperimentResult;
    expect({ code, verdict: result.verdict, violations: result.violations }).toEqual({
      code: 0,
      verdict: 'valid',
      violations: [],
    });
    expect(result).toMatchObject({
      name: 'availability',
      seed: 5,
      objectives: [{ target: 1, actual: 1, met: true }],
    });
    const [system] = result.systems;
    expect(system).toMatchObject({
      system: 'relevo',
      total: { sent: 30, succeeded: 30, withinDeadline: 30, availability: 1, pending: 0 },
    });
    expect(system?.trials[0]?.faults.map(({ kind }) => kind)).toEqual(['kill', 'kill', 'kill']);
    expect(system?.total.handovers.length).toBeGreaterThan(0);
    expect(output()).toContain('published 99.043 %');
    for (const line of output()
      .split('\n')
      .filter((text) => !text.startsWith('Report')))
      expect(line.length).toBeLessThanOrEqual(80);
    const [report] = readdirSync(join(workplace.folder, 'reports')).filter((name) =>
      name.startsWith('availability-'),
    );
    expect(readdirSync(join(workplace.folder, 'reports', report ?? '')).sort()).toEqual([
      'history.ndjson',
      'journal.json',
      'junit.xml',
      'plan.json',
      'report.html',
      'requests.csv',
      'result.json',
      'summary.md',
      'trials.csv',
    ]);
    expect(leftovers()).toEqual([]);
  }, 180_000);

  test('an impossible deadline: the objective is missed, exit code 1, and the output has the difference', async () => {
    const { ended, output } = run(
      'availability',
      '--replicas',
      '2',
      '--trials',
      '1',
      '--requests',
      '5',
      '--failures',
      '0',
      '--deadline',
      '1',
    );
    expect(await ended).toBe(1);
    expect(output()).toMatch(/Missed: availability within 1 ms: 0\.000 % of 100\.000 %/);
    expect(output()).toContain('Again: npm run experiment -- availability');
  }, 180_000);

  test('Ctrl-C during a fault: exit code 130, everything stopped, no data left', async () => {
    const { child, ended, output } = run(
      'availability',
      '--replicas',
      '2',
      '--trials',
      '1',
      '--requests',
      '200',
      '--failures',
      '20',
      '--pause',
      '60000',
    );
    await eventually(
      () =>
        existsSync(join(workplace.folder, 'reports/latest.log')) &&
        /I AM OFF/.test(readFileSync(join(workplace.folder, 'reports/latest.log'), 'utf8')),
      {
        what: 'the first kill was detected',
      },
    );
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(output()).toContain('Interrupted');
    expect(leftovers()).toEqual([]);
    // tsx has its own cache there.
    expect(readdirSync(workplace.folder).filter((name) => name.startsWith('relevo-'))).toEqual([]);
  }, 180_000);

  // All other wrong arguments: test/unit/experiments/request.test.ts.
  test('a wrong argument: one sentence, exit code 4', async () => {
    const { ended, output } = run('availability', '--colour', 'red');
    expect(await ended).toBe(4);
    expect(output()).toMatch(/^There is no option --colour\./);
    expect(output()).not.toMatch(/\n\s+at |Output of the processes/);
  });
});
