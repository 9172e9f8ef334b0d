/**
 * Runs a schedule with recorded faults: the target of each role, skipped faults with their reasons,
 * and healing of all faults.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../../experiments/faults/fault.js';
import type { Laboratory } from '../../../experiments/system/cluster.js';
import { Strikes } from '../../../experiments/run/schedule-runner.js';
import type { PlannedStrike } from '../../../experiments/run/schedule.js';
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

const fault = (kind: string, targets: readonly string[] = NAMES): Fault => ({
  kind,
  purpose: 'test',
  targets: () => targets,
  inject: async (_laboratory, { target }) => {
    happened.push(`${kind} ${target}`);
    return async () => void happened.push(`heal ${kind} ${target}`);
  },
});

const strike = (id: string, target: string, rest: Partial<PlannedStrike> = {}): PlannedStrike => ({
  id,
  kind: 'kill',
  target,
  at: { payment: 0, delayMs: 0 },
  durationMs: LONG,
  ...rest,
});

function carryOut(strikes: readonly PlannedStrike[], seed = 1): Strikes {
  const laboratory = { beforeClose: () => undefined } as unknown as Laboratory;
  return new Strikes({
    laboratory,
    strikes,
    seed,
    census: { replicas: 3, monitors: 3, patients: 2 },
    signal: new AbortController().signal,
    leaders: { ask: async () => leader },
    faults: [fault('kill'), fault('freeze'), fault('planned'), fault('broken', [])],
  });
}

/** Waits until every fault was injected or skipped. */
const decided = (strikes: Strikes, count: number): Promise<unknown> =>
  eventually(() => strikes.struck + strikes.skipped.length >= count, {
    what: `${count} strikes are decided`,
  });

describe('strikes', () => {
  test('right after the payment, into the current leader; healed at the end, with a window for each', async () => {
    const strikes = carryOut([
      strike('a', 'leader'),
      strike('b', 'redis', { at: { payment: 2, delayMs: 5 } }),
    ]);
    strikes.sent(0);
    await decided(strikes, 1);
    expect(happened).toEqual(['kill server_2']);
    strikes.sent(1);
    strikes.sent(2);
    await decided(strikes, 2);
    expect(await strikes.end()).toEqual([]);
    expect(happened.slice(2).sort()).toEqual(['heal kill redis', 'heal kill server_2']);
    expect(
      strikes
        .windows(3)
        .map(({ trial, kind, target, healedMs }) => [trial, kind, target, healedMs !== null]),
    ).toEqual([
      [3, 'kill', 'server_2', true],
      [3, 'kill', 'redis', true],
    ]);
  });

  test('by time, from the start of the traffic', async () => {
    const strikes = carryOut([strike('a', 'redis', { at: { ms: 20 } })]);
    const startMs = performance.now();
    strikes.begin();
    await decided(strikes, 1);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(19);
    await strikes.end();
    expect(happened).toEqual(['kill redis', 'heal kill redis']);
  });

  test('the same seed chooses the same standby; different seeds choose both', async () => {
    const chosen = async (seed: number): Promise<string | undefined> => {
      const strikes = carryOut([strike('a', 'standby')], seed);
      strikes.sent(0);
      await decided(strikes, 1);
      await strikes.end();
      return strikes.windows(1)[0]?.target;
    };
    expect(await chosen(5)).toBe(await chosen(5));
    const all = await Promise.all(Array.from({ length: 20 }, (_, seed) => chosen(seed)));
    expect(new Set(all)).toEqual(new Set(['server_1', 'server_3']));
  });

  test('never a majority of the monitors, and never the last replica, also not through its links', async () => {
    const monitors = ['m1', 'm2', 'm3'].map((id) => strike(id, 'monitor'));
    const replicas = [
      strike('r1', 'server_1'),
      strike('r2', 'server_2-postgres'),
      strike('r3', 'server_3-postgres'),
    ];
    const strikes = carryOut([...monitors, ...replicas]);
    strikes.sent(0);
    await decided(strikes, 6);
    expect(happened.filter((what) => what.includes('monitor'))).toHaveLength(1);
    expect(happened.filter((what) => what.includes('server'))).toHaveLength(2);
    expect(strikes.skipped.map(({ reason }) => reason.replace(/ monitor_\d/, ' M'))).toEqual([
      'already unavailable: M',
      'already unavailable: M',
      'already unavailable: server_1, server_2',
    ]);
    await strikes.end();
  });

  test('a fault that makes no part unavailable is not restricted by that', async () => {
    const strikes = carryOut([
      strike('a', 'server_1'),
      strike('b', 'server_2'),
      strike('c', 'server_3', { kind: 'planned' }),
    ]);
    strikes.sent(0);
    await decided(strikes, 3);
    expect(happened).toContain('planned server_3');
    await strikes.end();
  });

  test('skipped, with the reason: no leader, busy, no such fault, no such target, the traffic ended', async () => {
    leader = null;
    const strikes = carryOut([
      strike('nobody', 'leader'),
      strike('once', 'redis'),
      strike('twice', 'redis', { kind: 'freeze' }),
      strike('unknown', 'redis', { kind: 'flood' }),
      strike('nowhere', 'redis', { kind: 'broken' }),
      strike('late', 'redis', { at: { payment: 9, delayMs: 0 } }),
      strike('later', 'redis', { at: { ms: LONG } }),
    ]);
    strikes.begin();
    strikes.sent(0);
    await decided(strikes, 5);
    await strikes.end();
    expect(Object.fromEntries(strikes.skipped.map(({ id, reason }) => [id, reason]))).toEqual({
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
