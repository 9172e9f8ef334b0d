/**
 * The experiment apache on real processes: every row agrees, and no process is left.
 */
import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApacheFigures } from '../../../experiments/apache/figures.js';
import type { ExperimentResult } from '../../../experiments/record/result.js';
import { experimentWorkplace } from '../../support/experiment-run.js';
import { describeWith } from '../../support/tools.js';
import { TEST_MS } from '../patience.js';

const workplace = experimentWorkplace();
const { run, leftovers } = workplace;

describeWith('balancers', 'npm run experiment -- apache', () => {
  test(
    'every row agrees with the report, nothing is left',
    async () => {
      const { ended, output } = run('apache', '--quick', '--json', 'result.json');
      const code = await ended;
      expect(output()).toContain('Rows that agree: 23 of 23');
      expect(code).toBe(0);
      const result = JSON.parse(
        readFileSync(join(workplace.folder, 'result.json'), 'utf8'),
      ) as ExperimentResult;
      expect(result.objectives.map(({ met }) => met)).toEqual(Array(23).fill(true));
      const reports = join(workplace.folder, 'reports');
      const [report = ''] = readdirSync(reports).filter((name) => name.startsWith('apache-'));
      const files = readdirSync(join(reports, report));
      expect(files).toEqual(expect.arrayContaining(['report.html', 'summary.md', 'apache.json']));
      const figures = JSON.parse(
        readFileSync(join(reports, report, 'apache.json'), 'utf8'),
      ) as ApacheFigures;
      // The same fault with both stores: a control of the row in which the session survives.
      const { memory, redis } = figures.midSession;
      expect([memory.sessionLost, redis.sessionLost]).toEqual([true, false]);
      expect(leftovers()).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'Ctrl-C while Apache runs: exit code 130, nothing left',
    async () => {
      const { child, ended, output } = run('apache');
      await new Promise<void>((resolve) => {
        child.stderr?.on('data', () => /Exercise \d of 8/.test(output()) && resolve());
        child.once('exit', () => resolve());
      });
      child.kill('SIGINT');
      expect(await ended).toBe(130);
      expect(leftovers()).toEqual([]);
    },
    TEST_MS,
  );
});
