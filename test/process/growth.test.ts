/**
 * A small growth experiment on real processes: every figure present, every payment final, no
 * processes left. No speed limit.
 */
import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Growth } from '../../experiments/growth/growth-run.js';
import type { ExperimentResult } from '../../experiments/record/result.js';
import { experimentWorkplace } from '../support/experiment-run.js';
import { TEST_MS } from './patience.js';

const workplace = experimentWorkplace();
const { run, leftovers } = workplace;

describe('npm run experiment -- growth', () => {
  test(
    'two sizes, in an empty table and with finished payments: cost, memory, failover, reads; no violation, nothing left',
    async () => {
      const { ended, output } = run(
        'growth',
        '--pending',
        '200,400',
        '--finished',
        '2000',
        '--kills',
        '1',
        '--rounds',
        '1',
        '--json',
        'result.json',
      );
      const code = await ended;
      expect(output()).toContain('Verdict: valid');
      const result = JSON.parse(
        readFileSync(join(workplace.folder, 'result.json'), 'utf8'),
      ) as ExperimentResult;
      expect({ verdict: result.verdict, violations: result.violations }).toEqual({
        verdict: 'valid',
        violations: [],
      });
      // The growth of the failover time, and the plans for so small a table, are not tested here.
      expect(code).toBe(result.objectives.every(({ met }) => met) ? 0 : 1);
      expect(
        result.objectives.find(({ name }) => name === 'MB of the leader at its highest')?.actual,
      ).toBeGreaterThan(20);
      const [system] = result.systems;
      // Costs and failovers of two sizes, in an empty table and with finished payments, and the
      // warm-up before each.
      expect(system?.trials).toHaveLength(8);
      expect(system?.total).toMatchObject({ pending: 0, availability: 1 });
      expect(system?.total.handovers).toHaveLength(4);
      for (const { totalMs, detectMs, firstCommitMs } of system?.total.handovers ?? []) {
        expect([totalMs, detectMs, firstCommitMs].every((ms) => ms !== undefined && ms >= 0)).toBe(
          true,
        );
      }

      const [report = ''] = readdirSync(join(workplace.folder, 'reports')).filter((name) =>
        name.startsWith('growth-'),
      );
      const growth = JSON.parse(
        readFileSync(join(workplace.folder, 'reports', report, 'growth.json'), 'utf8'),
      ) as Growth;
      expect(growth.costs.map(({ pending, finished }) => [pending, finished])).toEqual([
        [200, 0],
        [400, 0],
        [200, 2_000],
        [400, 2_000],
      ]);
      for (const { pending, accepted, drained, memory } of growth.costs) {
        expect([accepted[0]?.payments, drained[0]?.payments]).toEqual([pending / 5, pending]);
        expect(Object.keys(memory)).toEqual(
          expect.arrayContaining(['leader', 'standby', 'patients', 'postgres', 'redis']),
        );
      }
      for (const { pending, kills } of growth.takeOvers) {
        expect(kills).toHaveLength(1);
        expect(kills[0]?.pending).toBeGreaterThan(0);
        expect(kills[0]?.pending).toBeLessThanOrEqual(pending);
      }
      expect(Object.keys(growth.fill?.diskMb ?? {})).toEqual(
        expect.arrayContaining(['payment', 'payment_seq_key', 'payment_patient']),
      );
      for (const shown of [growth.reads, growth.pages])
        expect(shown.filter(({ failed }) => failed !== null)).toEqual([]);
      expect(growth.pages.length).toBeGreaterThan(20);
      expect(readdirSync(join(workplace.folder, 'reports', report))).toEqual(
        expect.arrayContaining(['report.html', 'summary.md', 'growth.json']),
      );
      const table = output()
        .split('\n')
        .filter((text) => !/^(Report| *or|Again)/.test(text) && !text.includes(' · '));
      for (const line of table) expect(line.length).toBeLessThanOrEqual(80);
      expect(leftovers()).toEqual([]);
    },
    TEST_MS,
  );

  test(
    'Ctrl-C while a backlog is inserted: exit code 130, nothing left',
    async () => {
      const { child, ended, output } = run('growth', '--pending', '1000000', '--finished', '0');
      await new Promise<void>((resolve) => {
        child.stderr?.on('data', () => /take-over, 1000000 pending/.test(output()) && resolve());
        child.once('exit', () => resolve());
      });
      child.kill('SIGINT');
      expect(await ended).toBe(130);
      expect(leftovers()).toEqual([]);
    },
    TEST_MS,
  );
});
