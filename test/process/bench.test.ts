/**
 * A small run of the bench as a user starts it: checked rows, ratios as objectives, profiles on
 * request, no processes left. No timing.
 */
import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExperimentResult } from '../../experiments/record/result.js';
import { eventually } from '../support/eventually.js';
import { experimentWorkplace } from '../support/experiment-run.js';

const workplace = experimentWorkplace();
const { run, leftovers } = workplace;

/** The folder of the only report. */
function reportFolder(): string {
  const folder = join(workplace.folder, 'reports');
  return join(folder, readdirSync(folder).find((name) => name.startsWith('bench-')) ?? '');
}

/** The processes that wrote a profile, each in its own folder. */
const profiled = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => readdirSync(join(folder, name)).some((file) => file.endsWith('.cpuprofile')))
    .sort();

describe('npm run experiment -- bench', () => {
  test('Relevo and a peer, drained: each payment once, a ratio as objective, profiles per process, exit code by the objective', async () => {
    const args = [
      '--payments',
      '200',
      '--rounds',
      '1',
      '--only',
      'drain,bullmq-prisma-50',
      '--profile',
      '--json',
      'result.json',
    ];
    const { ended, output } = run('bench', ...args);
    const code = await ended;
    const result = JSON.parse(
      readFileSync(join(workplace.folder, 'result.json'), 'utf8'),
    ) as ExperimentResult;
    expect({ verdict: result.verdict, violations: result.violations }).toEqual({
      verdict: 'valid',
      violations: [],
    });
    expect(result.objectives).toMatchObject([
      { name: 'drain: × naive worker at concurrency 50', target: 20 },
    ]);
    expect(code).toBe(result.objectives[0]?.met ? 0 : 1);
    const trial = {
      sent: 200,
      succeeded: 200,
      declined: 0,
      failed: 0,
      pending: 0,
      throughputPerSec: expect.any(Number) as unknown,
    };
    expect(result.systems).toEqual(
      ['drain', 'bullmq-prisma-50'].map((system) => ({ system, trials: [trial], total: trial })),
    );
    for (const line of output()
      .split('\n')
      .filter((text) => !/^(Report|Again| +or):/.test(text)))
      expect(line.length).toBeLessThanOrEqual(80);

    const folder = reportFolder();
    expect(readdirSync(folder).sort()).toEqual([
      'bench.json',
      'journal.json',
      'junit.xml',
      'plan.json',
      'profiles',
      'report.html',
      'result.json',
      'summary.md',
      'trials.csv',
    ]);
    expect(readdirSync(join(folder, 'profiles')).sort()).toEqual([
      'bullmq-prisma-50',
      'drain',
      'generator',
    ]);
    expect(profiled(join(folder, 'profiles/bullmq-prisma-50'))).toEqual(['producer', 'worker']);
    expect(profiled(join(folder, 'profiles/drain'))).toEqual([
      'monitor_1',
      'patients_1',
      'server_1',
      'server_2',
      'server_3',
    ]);
    const { standings } = JSON.parse(readFileSync(join(folder, 'bench.json'), 'utf8')) as {
      standings: { measurements: { usage: object }[] }[];
    };
    expect(Object.keys(standings[0]?.measurements[0]?.usage ?? {}).sort()).toEqual([
      'front',
      'generator',
      'others',
      'postgres',
      'redis',
      'worker',
    ]);
    expect(leftovers()).toEqual([]);
  }, 240_000);

  test('Relevo live: batches, single requests, a lone payment; latencies where they are measured', async () => {
    const { ended } = run(
      'bench',
      '--payments',
      '200',
      '--rounds',
      '1',
      '--only',
      'batches,single,lone',
      '--batch',
      '100',
      '--json',
      'result.json',
    );
    await ended;
    const result = JSON.parse(
      readFileSync(join(workplace.folder, 'result.json'), 'utf8'),
    ) as ExperimentResult;
    expect({ verdict: result.verdict, violations: result.violations }).toEqual({
      verdict: 'valid',
      violations: [],
    });
    expect(result.systems.map(({ system, total }) => [system, total.succeeded])).toEqual([
      ['batches', 200],
      ['single', 200],
      ['lone', 300],
    ]);
    expect(result.systems.map(({ trials }) => trials[0]?.latencyMs !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
    expect(result.objectives.map(({ name }) => name)).toEqual([
      'single requests: p99 at half the load, ms',
      'a lone payment: p50, ms',
    ]);
  }, 240_000);

  test('kills: Relevo loses and doubles nothing; the charges of a peer are counted outside its queue', async () => {
    const only = 'relevo-kills,bullmq-micro-batched-kills';
    const { ended } = run('bench', '--kills', '2', '--only', only, '--json', 'result.json');
    expect(await ended).toBe(0);
    const result = JSON.parse(
      readFileSync(join(workplace.folder, 'result.json'), 'utf8'),
    ) as ExperimentResult;
    expect(result).toMatchObject({ verdict: 'valid', violations: [] });
    const { standings } = JSON.parse(readFileSync(join(reportFolder(), 'bench.json'), 'utf8')) as {
      standings: { name: string; measurements: { figures: Record<string, number> }[] }[];
    };
    const figures = standings.map(({ name, measurements }) => [name, measurements[0]?.figures]);
    const some = expect.any(Number) as unknown;
    expect(figures).toEqual([
      ['relevo-kills', { kills: 2, lost: 0, doubled: 0, open: 0 }],
      ['bullmq-micro-batched-kills', { kills: 2, lost: some, doubled: some, open: some }],
    ]);
    expect(leftovers()).toEqual([]);
  }, 240_000);

  test('Ctrl-C while a peer works: exit code 130, everything stopped, no data left', async () => {
    const { child, ended, output } = run('bench', '--only', 'bullmq-prisma-1');
    let isOver = false;
    void ended.then(() => (isOver = true));
    // The number of processes differs from moment to moment; the progress names the peer at work.
    await eventually(() => isOver || /round \d.*bullmq-prisma-1/.test(output()), {
      what: 'the peer to work',
      deadlineMs: 120_000,
    });
    if (isOver) throw new Error(`The bench ended before Ctrl-C:\n${output()}`);
    expect(leftovers()).not.toEqual([]);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(output()).toContain('Interrupted');
    expect(leftovers()).toEqual([]);
    expect(readdirSync(workplace.folder).filter((name) => name.startsWith('relevo-'))).toEqual([]);
  }, 180_000);
});
