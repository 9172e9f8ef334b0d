/**
 * The experiment load on real processes: every user completes its requests, the report has the
 * published figures, and no process is left.
 */
import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LevelFigures } from '../../experiments/load/figures.js';
import type { ExperimentResult } from '../../experiments/record/result.js';
import { experimentWorkplace } from '../support/experiment-run.js';
import { TEST_MS } from './patience.js';

const workplace = experimentWorkplace();
const { run, leftovers } = workplace;

const readJson = <T>(...path: string[]): T =>
  JSON.parse(readFileSync(join(workplace.folder, ...path), 'utf8')) as T;

test(
  'npm run experiment -- load --quick: every request succeeds, every payment is saved',
  async () => {
    const { ended, output } = run('load', '--quick', '--json', 'result.json');
    expect({ code: await ended, output: output() }).toMatchObject({ code: 0 });
    expect(output()).toMatch(/^low +published +362 +1,448 +100\.0 +18\.48/m);
    const { verdict, systems } = readJson<ExperimentResult>('result.json');
    expect({ verdict, total: systems[0]?.total }).toMatchObject({
      verdict: 'valid',
      total: { sent: 144, succeeded: 144, failed: 0 },
    });
    const [report = ''] = readdirSync(join(workplace.folder, 'reports')).filter((name) =>
      name.startsWith('load-'),
    );
    const [low] = readJson<LevelFigures[]>('reports', report, 'load.json');
    expect(low).toMatchObject({ level: 'low', users: 36, paid: 36, saved: 36 });
    // A payment takes longer than the landing page: the steps are not mixed up.
    expect(low?.byStep.creation.min).toBeGreaterThan(low?.byStep.landing.min ?? Infinity);
    const parts = new Set(low?.seconds.flatMap(({ cpu }) => Object.keys(cpu)));
    expect([...parts]).toEqual(
      expect.arrayContaining(['front', 'replicas', 'PostgreSQL', 'Redis']),
    );
    expect(leftovers()).toEqual([]);
  },
  TEST_MS,
);
