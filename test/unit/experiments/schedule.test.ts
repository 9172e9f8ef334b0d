/**
 * Schedules: the same seed gives the same plan, an additional fault moves no other, and never are
 * too many parts unavailable at once. JSON in and out.
 */
import { describe, expect, test } from '@jest/globals';
import {
  getMaxUnavailable,
  explainRefusal,
  type PartCounts,
} from '../../../experiments/planning/guards.js';
import { getPattern } from '../../../experiments/planning/kinds.js';
import {
  planSchedule,
  RETURN_MS,
  type PlanOptions,
  type PlannedKind,
} from '../../../experiments/planning/planner.js';
import {
  matchesTarget,
  parseLink,
  partKind,
  getAffectedPart,
  toRoles,
} from '../../../experiments/planning/roles.js';
import {
  dueMs,
  parseSchedule,
  PlanError,
  type PlannedInjection,
} from '../../../experiments/planning/schedule.js';

const PARTS = ['leader', 'standby', 'monitor', 'patients', 'gateway', 'redis', 'postgres'];
const kind = (name: string, roles: readonly string[]): PlannedKind => ({
  ...getPattern(name),
  kind: name,
  roles,
});
const KINDS = [
  kind('kill', PARTS),
  kind('freeze', PARTS),
  kind('partition', [
    'monitor-leader',
    'monitor>standby',
    'leader-postgres',
    'patients-redis',
    'monitor-postgres',
  ]),
  kind('latency', ['leader-postgres', 'leader-gateway']),
  kind('planned', ['leader', 'standby']),
];
const PART_COUNTS: PartCounts = { replicas: 3, monitors: 3, patients: 2 };
const options = (rest: Partial<PlanOptions> = {}): PlanOptions => ({
  seed: 1,
  faults: 40,
  payments: 16_000,
  ratePerSec: 80,
  kinds: KINDS,
  partCounts: PART_COUNTS,
  ...rest,
});
const plan = (rest: Partial<PlanOptions> = {}): PlannedInjection[] =>
  planSchedule(options(rest)).injections;

describe('a schedule from a seed', () => {
  test('the same seed, the same plan to the last byte; another seed, another plan', () => {
    expect(JSON.stringify(plan({ seed: 7 }))).toBe(JSON.stringify(plan({ seed: 7 })));
    expect(plan({ seed: 7 })).not.toEqual(plan({ seed: 8 }));
  });

  test('an additional fault moves none of the others', () => {
    const fewer = plan({ faults: 30 });
    const more = plan({ faults: 31 });
    expect(more).toHaveLength(31);
    expect(more.filter(({ id }) => fewer.some((other) => other.id === id))).toEqual(fewer);
  });

  test('ids are unique, faults are in the order of their times, and all happen during the traffic', () => {
    const injections = plan();
    expect(new Set(injections.map(({ id }) => id)).size).toBe(40);
    const moments = injections.map(({ at }) => dueMs(at, 80));
    expect(moments).toEqual([...moments].sort((a, b) => a - b));
    for (const { at } of injections)
      expect('payment' in at && at.payment > 0 && at.payment < 16_000).toBe(true);
  });

  test('spread evenly: every fifth of the run has a fault, none has more than half', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const fifths = [0, 0, 0, 0, 0];
      for (const { at } of plan({ seed })) fifths[Math.floor(dueMs(at, 80) / 40_000)]! += 1;
      expect(Math.min(...fifths)).toBeGreaterThan(0);
      expect(Math.max(...fifths)).toBeLessThan(20);
    }
  });

  test('every kind occurs when there are at least as many faults as kinds', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      expect(
        new Set(plan({ seed, faults: KINDS.length }).map((injection) => injection.kind)).size,
      ).toBe(KINDS.length);
    }
  });

  test('never too many parts unavailable at once, for any seed', () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const outages = plan({ seed, faults: 60 }).filter(
        (injection) => getPattern(injection.kind).causesOutage,
      );
      for (const injection of outages) {
        const atMs = dueMs(injection.at, 80);
        const part = partKind(getAffectedPart(injection.target))!;
        const beside = outages.filter((other) => {
          const fromMs = dueMs(other.at, 80);
          return (
            partKind(getAffectedPart(other.target)) === part &&
            fromMs <= atMs &&
            atMs < fromMs + other.durationMs + RETURN_MS
          );
        });
        expect(beside.length).toBeLessThanOrEqual(getMaxUnavailable(part, PART_COUNTS));
      }
    }
  });

  test('outages of PostgreSQL and Redis are short', () => {
    const engines = Array.from({ length: 30 }, (_, seed) => plan({ seed }))
      .flat()
      .filter(({ target }) => /^(postgres|redis)$/.test(target));
    expect(engines.length).toBeGreaterThan(20);
    for (const { durationMs } of engines) expect(durationMs).toBeLessThanOrEqual(1_500);
  });

  test('too many faults are refused with a sentence', () => {
    expect(() => plan({ faults: 200, payments: 400 })).toThrow(PlanError);
    expect(() => plan({ kinds: [] })).toThrow('there is no fault to plan');
  });
});

describe('guards', () => {
  test.each<[string, string[], boolean]>([
    ['server_1', [], true],
    ['server_1', ['server_2'], true],
    ['server_1', ['server_2', 'server_3'], false],
    ['monitor_1', [], true],
    ['monitor_1', ['monitor_2'], false],
    ['monitor_1', ['monitor_1'], true],
    ['patients_1', ['patients_2'], false],
    ['postgres', ['redis', 'server_1'], true],
    ['postgres', [], true],
    ['something', ['server_1', 'server_2'], true],
  ])('%s with %j unavailable: %s', (part, unavailable, allowed) => {
    expect(explainRefusal(part, unavailable, PART_COUNTS) === null).toBe(allowed);
  });

  test('the only part of its kind may be unavailable, because it returns', () => {
    const single: PartCounts = { replicas: 1, monitors: 1, patients: 1 };
    for (const part of ['server_1', 'monitor_1', 'patients_1'])
      expect(explainRefusal(part, [], single)).toBeNull();
  });
});

describe('roles', () => {
  test.each<[string, string, boolean]>([
    ['leader', 'server_2', true],
    ['leader', 'server_1', false],
    ['standby', 'server_1', true],
    ['standby', 'server_2', false],
    ['standby', 'monitor_1', false],
    ['any-replica', 'server_1', true],
    ['monitor', 'monitor_3', true],
    ['monitor_1', 'monitor_3', false],
    ['redis', 'redis', true],
    ['leader-postgres', 'server_2-postgres', true],
    ['leader-postgres', 'server_2>postgres', false],
    ['leader-postgres', 'server_1-postgres', false],
    ['monitor>leader', 'monitor_1>server_2', true],
    ['monitor>leader', 'server_2>monitor_1', false],
    ['any-replica-redis', 'server_3-redis', true],
    ['monitor', 'monitor_1-server_2', false],
    ['monitor_1-server_2', 'monitor_1-server_2', true],
  ])('%s means %s while server_2 leads: %s', (role, name, expected) => {
    expect(matchesTarget(role, name, 'server_2')).toBe(expected);
  });

  test('without a leader there is no target for leader and standby', () => {
    expect([
      matchesTarget('leader', 'server_1', null),
      matchesTarget('standby', 'server_1', null),
      matchesTarget('any-replica', 'server_1', null),
    ]).toEqual([false, false, true]);
  });

  test('the roles of a target, and the part that becomes unavailable', () => {
    expect(toRoles('server_1')).toEqual(['leader', 'standby']);
    expect(toRoles('monitor_2>server_1')).toEqual(['monitor>leader', 'monitor>standby']);
    expect(toRoles('disk')).toEqual(['disk']);
    expect(parseLink('any-replica')).toBeNull();
    expect(
      ['server_1-postgres', 'server_1>monitor_1', 'patients_2-redis', 'redis'].map(getAffectedPart),
    ).toEqual(['server_1', 'monitor_1', 'patients_2', 'redis']);
  });
});

describe('a schedule from a file', () => {
  const injection = { id: 'a', kind: 'kill', target: 'leader', at: { ms: 10 }, durationMs: 5 };
  const text = (injections: unknown): string => JSON.stringify({ injections });

  test('is read back as it was written', () => {
    const schedule = planSchedule(options());
    expect(parseSchedule(JSON.stringify(schedule), 'x.json')).toEqual(schedule);
    const byCount = { ...injection, id: 'b', at: { payment: 100, delayMs: 3 } };
    expect(parseSchedule(text([injection, byCount]), 'x.json').injections).toHaveLength(2);
  });

  test.each([
    ['{', 'x.json is not JSON'],
    ['[]', 'x.json is invalid'],
    [text([{ ...injection, at: { payment: -1, delayMs: 0 } }]), 'injections.0.at'],
    [text([{ ...injection, durationMs: 'long' }]), 'injections.0.durationMs'],
    [text([{ ...injection, colour: 'red' }]), 'colour'],
    [text([injection, injection]), 'ids must differ'],
  ])('%s is refused in one sentence', (bad, sentence) => {
    expect(() => parseSchedule(bad, 'x.json')).toThrow(PlanError);
    expect(() => parseSchedule(bad, 'x.json')).toThrow(sentence);
  });

  test('by count at a steady rate, or by time', () => {
    expect([dueMs({ payment: 160, delayMs: 5 }, 80), dueMs({ ms: 7 }, 80)]).toEqual([2_005, 7]);
  });
});

test('a plan of an earlier version, which calls the list `strikes`, can still be read', () => {
  const injection = { id: 'a', kind: 'kill', target: 'leader', at: { ms: 10 }, durationMs: 5 };
  expect(parseSchedule(JSON.stringify({ strikes: [injection] }), 'x.json')).toEqual({
    injections: [injection],
  });
});
