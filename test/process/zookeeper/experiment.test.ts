/**
 * The experiment zookeeper on a real ensemble: every row goes on, the published behaviour ends, and
 * no process is left. The control, an API without a fence, accepts a stale mean.
 */
import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExperimentResult } from '../../../experiments/record/result.js';
import type { MeasurementFigures } from '../../../experiments/zookeeper/run-figures.js';
import { experimentWorkplace } from '../../support/experiment-run.js';
import { describeWith } from '../../support/tools.js';
import { TEST_MS } from '../patience.js';

const workplace = experimentWorkplace();
const { run, leftovers } = workplace;

function readReport<T>(file: string): T {
  const reports = join(workplace.folder, 'reports');
  const [report = ''] = readdirSync(reports).filter((name) => name.startsWith('zookeeper-'));
  return JSON.parse(readFileSync(join(reports, report, file), 'utf8')) as T;
}

describeWith('zookeeper', 'npm run experiment -- zookeeper', () => {
  test(
    'every row goes on without a wrong, duplicated or stale mean, and the baseline ends',
    async () => {
      const { ended, output } = run('zookeeper', '--quick', '--json', 'result.json');
      const code = await ended;
      const { verdict, violations, objectives } = readReport<ExperimentResult>('result.json');
      const missed = objectives.filter(({ met }) => !met);
      expect({ code, verdict, violations, missed, output: code === 0 ? '' : output() }).toEqual({
        code: 0,
        verdict: 'valid',
        violations: [],
        missed: [],
        output: '',
      });
      const { rows, refused, memory } = readReport<MeasurementFigures>('zookeeper.json');
      // Only a stale mean that reached the API shows that the API refused it.
      expect(refused).toBeGreaterThan(0);
      const published = rows.find(({ name }) => name === 'leader-killed')?.baseline;
      expect(published).toMatchObject({ runs: 1, recovered: 0 });
      // The old leader sends its last mean again.
      expect(published?.duplicated).toBeGreaterThan(0);
      expect(memory.map(({ name }) => name)).toEqual(['ensemble member', 'device', 'API']);
      expect(leftovers()).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'control: without the fence, the API accepts a stale mean: exit code 2',
    async () => {
      const { ended, output } = run('zookeeper', '--quick', '--unsafe');
      const code = await ended;
      const { verdict, violations } = readReport<ExperimentResult>('result.json');
      const rules = violations.map(({ rule }) => rule);
      expect({ code, verdict, rules, output: code === 2 ? '' : output() }).toEqual({
        code: 2,
        verdict: 'invalid',
        rules: expect.arrayContaining(['stale-mean']) as unknown,
        output: '',
      });
      expect(leftovers()).toEqual([]);
    },
    TEST_MS,
  );
});
