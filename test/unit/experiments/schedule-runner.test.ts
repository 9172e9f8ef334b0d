/**
 * Runs a schedule with recorded faults: the target of each role, skipped faults with their reasons,
 * and healing of all faults.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { FaultDefinition } from '../../../experiments/faults/fault.js';
import type { Cluster } from '../../../experiments/system/cluster.js';
import { ScheduleRunner } from '../../../experiments/run/schedule-runner.js';
import type { PlannedInjection } from '../../../experiments/planning/schedule.js';
import { eventually } from '../../support/eventually.js';

const NAMES = [
  'server_1',
  'server_2',
  'server_3',
  'monitor_1',
  'monitor_2',
  'monitor_3',
  'redis',
  'server_2-postgres',
  'server_3-postgres',
];
const LONG = 600_000;
let happened: string[];
let leader: string | null;
beforeEach(() => {
  happened = [];
  leader = 'server_2';
});

const fault = (kind: string, targets: readonly string[] = NAMES): FaultDefinition => ({
  kind,
  purpose: 'test',
  targets: () => targets,
  inject: async (_cluster, { target }) => {
    happened.push(`${kind} ${target}`);
    return async () => void happened.push(`heal ${kind} ${target}`);
  },
});

const injection = (
  id: string,
  target: string,
  rest: Partial<PlannedInjection> = {},
): PlannedInjection => ({
  id,
  kind: 'kill',
  target,
  at: { payment: 0, delayMs: 0 },
  durationMs: LONG,
  ...rest,
});

function carryOut(injections: readonly PlannedInjection[], seed = 1): ScheduleRunner {
  const cluster = { beforeClose: () => undefined } as unknown as Cluster;
  return new ScheduleRunner({
    cluster,
    injections,
    seed,
    partCounts: { replicas: 3, monitors: 3, patients: 2 },
    signal: new AbortController().signal,
    leaders: { ask: async () => leader },
    faults: [fault('kill'), fault('freeze'), fault('planned'), fault('broken', [])],
  });
}

/** Waits until every fault was injected or skipped. */
const decided = (injections: ScheduleRunner, count: number): Promise<unknown> =>
  eventually(() => injections.injectedCount + injections.skipped.length >= count, {
    what: `${count} injections are decided`,
  });

describe('injections', () => {
  test('right after the payment, into the current leader; healed at the end, with a window for each', async () => {
    const injections = carryOut([
      injection('a', 'leader'),
      injection('b', 'redis', { at: { payment: 2, delayMs: 5 } }),
    ]);
    injections.onSent(0);
    await decided(injections, 1);
    expect(happened).toEqual(['kill server_2']);
    injections.onSent(1);
    injections.onSent(2);
    await decided(injections, 2);
    expect(await injections.end()).toEqual([]);
    expect(happened.slice(2).sort()).toEqual(['heal kill redis', 'heal kill server_2']);
    expect(
      injections
        .windows(3)
        .map(({ trial, kind, target, healedMs }) => [trial, kind, target, healedMs !== null]),
    ).toEqual([
      [3, 'kill', 'server_2', true],
      [3, 'kill', 'redis', true],
    ]);
  });

  test('by time, from the start of the traffic', async () => {
    const injections = carryOut([injection('a', 'redis', { at: { ms: 20 } })]);
    const startMs = performance.now();
    injections.start();
    await decided(injections, 1);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(19);
    await injections.end();
    expect(happened).toEqual(['kill redis', 'heal kill redis']);
  });

  test('the same seed chooses the same standby; different seeds choose both', async () => {
    const chosen = async (seed: number): Promise<string | undefined> => {
      const injections = carryOut([injection('a', 'standby')], seed);
      injections.onSent(0);
      await decided(injections, 1);
      await injections.end();
      return injections.windows(1)[0]?.target;
    };
    expect(await chosen(5)).toBe(await chosen(5));
    const all = await Promise.all(Array.from({ length: 20 }, (_, seed) => chosen(seed)));
    expect(new Set(all)).toEqual(new Set(['server_1', 'server_3']));
  });

  test('never a majority of the monitors, and never the last replica, also not through its links', async () => {
    const monitors = ['m1', 'm2', 'm3'].map((id) => injection(id, 'monitor'));
    const replicas = [
      injection('r1', 'server_1'),
      injection('r2', 'server_2-postgres'),
      injection('r3', 'server_3-postgres'),
    ];
    const injections = carryOut([...monitors, ...replicas]);
    injections.onSent(0);
    await decided(injections, 6);
    expect(happened.filter((what) => what.includes('monitor'))).toHaveLength(1);
    expect(happened.filter((what) => what.includes('server'))).toHaveLength(2);
    expect(injections.skipped.map(({ reason }) => reason.replace(/ monitor_\d/, ' M'))).toEqual([
      'already unavailable: M',
      'already unavailable: M',
      'already unavailable: server_1, server_2',
    ]);
    await injections.end();
  });

  test('a fault that makes no part unavailable is not restricted by that', async () => {
    const injections = carryOut([
      injection('a', 'server_1'),
      injection('b', 'server_2'),
      injection('c', 'server_3', { kind: 'planned' }),
    ]);
    injections.onSent(0);
    await decided(injections, 3);
    expect(happened).toContain('planned server_3');
    await injections.end();
  });

  test('skipped, with the reason: no leader, busy, no such fault, no such target, the traffic ended', async () => {
    leader = null;
    const injections = carryOut([
      injection('nobody', 'leader'),
      injection('once', 'redis'),
      injection('twice', 'redis', { kind: 'freeze' }),
      injection('unknown', 'redis', { kind: 'flood' }),
      injection('nowhere', 'redis', { kind: 'broken' }),
      injection('late', 'redis', { at: { payment: 9, delayMs: 0 } }),
      injection('later', 'redis', { at: { ms: LONG } }),
    ]);
    injections.start();
    injections.onSent(0);
    await decided(injections, 5);
    await injections.end();
    expect(Object.fromEntries(injections.skipped.map(({ id, reason }) => [id, reason]))).toEqual({
      nobody: 'there was no leader',
      twice: 'busy with kill',
      unknown: 'there is no such fault',
      nowhere: 'broken has no such target here',
      late: 'the traffic had ended',
      later: 'the traffic had ended',
    });
    expect(happened).toEqual(['kill redis', 'heal kill redis']);
  });
});
