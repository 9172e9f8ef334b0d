/**
 * `availability --compare` as a user starts it: three systems, the agreed shape, Relevo's verdict,
 * no processes left.
 */
import { describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExperimentResult } from '../../experiments/record/result.js';
import { eventually } from '../support/eventually.js';
import { experimentWorkplace } from '../support/experiment-run.js';

const workplace = experimentWorkplace();
const { run, leftovers } = workplace;
const SHORT = [
  'availability',
  '--compare',
  '--replicas',
  '2',
  '--trials',
  '1',
  '--requests',
  '60',
  '--failures',
  '3',
  '--deadline',
  '30000',
  '--seed',
  '11',
];

const resultOf = (): ExperimentResult =>
  JSON.parse(readFileSync(join(workplace.folder, 'result.json'), 'utf8')) as ExperimentResult;

describe('availability --compare', () => {
  test('the same failures for each system; the baselines lose payments, Relevo loses none; exit code 0', async () => {
    const { ended, output } = run(...SHORT, '--json', 'result.json');
    const code = await ended;
    const { systems, verdict, violations, objectives } = resultOf();
    expect({ code, verdict, violations }).toEqual({ code: 0, verdict: 'valid', violations: [] });
    expect(systems.map(({ system, total }) => [system, total.sent, total.faults.length])).toEqual([
      ['single-server', 60, 3],
      ['published', 60, 3],
      ['relevo', 60, 3],
    ]);
    const [single, published, relevo] = systems.map(({ total }) => total.withinDeadline) as [
      number,
      number,
      number,
    ];
    expect(relevo).toBe(60);
    expect(single).toBeLessThan(published);
    expect(published).toBeLessThan(relevo);
    // The baselines are not broken, they only lack the tactics: payments before the first failure
    // (the seventeenth payment) succeeded.
    expect(single).toBeGreaterThan(0);
    expect(objectives.map(({ met }) => met)).toEqual([true, true]);
    for (const line of output()
      .split('\n')
      .filter((text) => !text.startsWith('Report')))
      expect(line.length).toBeLessThanOrEqual(80);
    expect(output()).toMatch(/report +1139\/1150 +99\.043 %/);
    const histories = readdirSync(join(workplace.folder, 'reports'))
      .filter((name) => name.endsWith('.log'))
      .sort();
    expect(histories).toEqual(['latest-published.log', 'latest-single-server.log', 'latest.log']);
    expect(leftovers()).toEqual([]);
  }, 180_000);

  test('Ctrl-C while a baseline is measured: exit code 130, everything stopped, no data left', async () => {
    const { child, ended, output } = run(...SHORT, '--pause', '60000');
    const log = (): string => join(workplace.folder, 'reports/latest-single-server.log');
    await eventually(
      () => existsSync(log()) && readFileSync(log(), 'utf8').includes('server_1 is ready'),
      {
        what: 'the first baseline is up',
      },
    );
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(output()).toContain('Interrupted');
    expect(leftovers()).toEqual([]);
    expect(readdirSync(workplace.folder).filter((name) => name.startsWith('relevo-'))).toEqual([]);
  }, 180_000);
});
