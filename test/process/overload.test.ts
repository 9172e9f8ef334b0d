/**
 * The experiment overload on real processes: every accepted payment is final, the report has the
 * figures of every second, and no process is left, also after Ctrl-C.
 */
import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OverloadFigures } from '../../experiments/overload/figures.js';
import type { ExperimentResult } from '../../experiments/record/result.js';
import { eventually } from '../support/eventually.js';
import { experimentWorkplace } from '../support/experiment-run.js';
import { TEST_MS } from './patience.js';

const workplace = experimentWorkplace();
const { run, leftovers } = workplace;

const readJson = <T>(...path: string[]): T =>
  JSON.parse(readFileSync(join(workplace.folder, ...path), 'utf8')) as T;

test(
  'npm run experiment -- overload --quick: nothing that was accepted is lost',
  async () => {
    const { ended, output } = run('overload', '--quick', '--json', 'result.json');
    // On a busy machine an objective may be missed; the verdict is about correctness.
    const code = await ended;
    expect({ isRight: code === 0 || code === 1, output: output() }).toMatchObject({
      isRight: true,
    });
    const { verdict, violations, objectives } = readJson<ExperimentResult>('result.json');
    expect({ verdict, violations }).toEqual({ verdict: 'valid', violations: [] });
    expect(objectives.map(({ name }) => name)).toEqual([
      'refusal p95, ms',
      'failed requests',
      'recovery, s',
    ]);
    const [report = ''] = readdirSync(join(workplace.folder, 'reports')).filter((name) =>
      name.startsWith('overload-'),
    );
    const figures = readJson<OverloadFigures>('reports', report, 'overload.json');
    expect(figures).toMatchObject({ saturation: { perSec: 15, isMeasured: false }, factor: 2 });
    expect(figures.phases.map(({ name, perSec }) => [name, perSec])).toEqual([
      ['before', 7.5],
      ['overload', 30],
      ['after', 7.5],
    ]);
    for (const { sent, succeeded, refused, failed } of [...figures.phases, ...figures.seconds])
      expect(sent).toBe(succeeded + refused + failed);
    expect(figures.accepted).toBeGreaterThan(0);
    expect(figures.memory.growth.map(({ process }) => process)).toEqual(
      expect.arrayContaining(['patients_1', 'server_1', 'gateway', 'monitor_1', 'postgres']),
    );
    expect(leftovers()).toEqual([]);
  },
  TEST_MS,
);

test(
  'Ctrl-C during the traffic: exit code 130, and no process is left',
  async () => {
    const { child, ended, output } = run('overload', '--quick');
    await eventually(() => output().includes('before, 7.5 users/s'), {
      what: 'the traffic',
      deadlineMs: TEST_MS / 2,
    });
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(leftovers()).toEqual([]);
  },
  TEST_MS,
);
