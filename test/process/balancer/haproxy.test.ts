/**
 * The experiment haproxy on real processes: every row agrees, every request is answered, and no
 * process is left.
 */
import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HaproxyFigures } from '../../../experiments/haproxy/figures.js';
import type { ExperimentResult } from '../../../experiments/record/result.js';
import { STRATEGIES } from '../../../shared/balancer/pool.js';
import { experimentWorkplace } from '../../support/experiment-run.js';
import { describeWith } from '../../support/tools.js';
import { TEST_MS } from '../patience.js';

const workplace = experimentWorkplace();
const { run, leftovers } = workplace;

describeWith('balancers', 'npm run experiment -- haproxy', () => {
  test(
    'every row agrees with the report, every strategy answers every request, nothing is left',
    async () => {
      const { ended, output } = run('haproxy', '--quick', '--json', 'result.json');
      const code = await ended;
      expect(output()).toContain('Rows that agree: 22 of 22');
      expect(code).toBe(0);
      const result = JSON.parse(
        readFileSync(join(workplace.folder, 'result.json'), 'utf8'),
      ) as ExperimentResult;
      expect(result.objectives).toHaveLength(22 + STRATEGIES.length);
      expect(result.objectives.filter(({ met }) => !met)).toEqual([]);
      const [report = ''] = readdirSync(join(workplace.folder, 'reports')).filter((name) =>
        name.startsWith('haproxy-'),
      );
      const files = readdirSync(join(workplace.folder, 'reports', report));
      expect(files).toEqual(expect.arrayContaining(['report.html', 'summary.md', 'haproxy.json']));
      const figures = JSON.parse(
        readFileSync(join(workplace.folder, 'reports', report, 'haproxy.json'), 'utf8'),
      ) as HaproxyFigures;
      // The delay reaches the requests and the check: a control of the rows with 250 and 2,500 ms.
      const [none, some, most] = figures.delays;
      expect(some?.load.latencyMs.max).toBeGreaterThan(250);
      expect(none?.load.latencyMs.p50).toBeLessThan(250);
      expect(most?.downAfterMs).toBeGreaterThan(2_000);
      const shares = new Map(
        figures.strategies.map(({ strategy, slowShare }) => [strategy, slowShare]),
      );
      expect(shares.get('roundrobin')).toBeCloseTo(0.5, 1);
      // On a busy machine the other server is slow as well, so only the order is certain.
      expect(shares.get('leastconn')).toBeLessThan(0.9 * (shares.get('roundrobin') ?? 0));
      expect(leftovers()).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'Ctrl-C while HAProxy runs: exit code 130, nothing left',
    async () => {
      const { child, ended, output } = run('haproxy');
      await new Promise<void>((resolve) => {
        child.stderr?.on('data', () => /Task \d of 6/.test(output()) && resolve());
        child.once('exit', () => resolve());
      });
      child.kill('SIGINT');
      expect(await ended).toBe(130);
      expect(leftovers()).toEqual([]);
    },
    TEST_MS,
  );
});
