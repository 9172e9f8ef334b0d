/**
 * The plans of experiments on the storage with standbys: the primaries are among the victims, and
 * never is more than one part of a kind away.
 */
import { describe, expect, test } from '@jest/globals';
import { planFaults, type TargetShares } from '../../../../experiments/faults/plan.js';
import { explainRefusal } from '../../../../experiments/planning/guards.js';
import { getPattern } from '../../../../experiments/planning/kinds.js';
import { planSchedule, RETURN_MS } from '../../../../experiments/planning/planner.js';
import { dueMs, type PlannedInjection } from '../../../../experiments/planning/schedule.js';
import { STORAGE_FAULTS } from '../../../../experiments/storage/scheduled-faults.js';
import type { Cluster } from '../../../../experiments/system/cluster.js';
import { seededRandom } from '../../../../shared/random.js';

const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);
const RATE = 80;

describe('victims of a trial', () => {
  const SHARES: TargetShares = { leader: 2 / 3, instance: 0, primary: 1 / 5 };
  const plan = (failures: number, seed = 1, shares = SHARES) =>
    planFaults(seededRandom(seed), 230, failures, shares);
  const placesOf = (failures: number, target: string, seed?: number): number[] =>
    plan(failures, seed).flatMap((fault, index) => (fault.target === target ? [index] : []));

  test('of ten failures, two hit each primary, never two of a kind within the next three', () => {
    for (const seed of SEEDS) {
      for (const target of ['postgres', 'redis']) {
        const [first = NaN, second = NaN, ...more] = placesOf(10, target, seed);
        expect(more).toEqual([]);
        expect(second - first).toBeGreaterThan(3);
        // The last one must not wait for the storage until the traffic has ended.
        expect(second).toBeLessThan(9);
      }
      expect(placesOf(10, 'leader', seed)).toHaveLength(4);
      expect(placesOf(10, 'standby', seed)).toHaveLength(2);
    }
  });

  test('for any number of failures, the primary of the database is among the victims', () => {
    for (let failures = 1; failures <= 60; failures += 1) {
      const targets = plan(failures).map(({ target }) => target);
      expect(targets).toHaveLength(failures);
      expect(targets).toContain('postgres');
      expect(targets.includes('redis')).toBe(failures > 1);
    }
    expect(plan(0)).toEqual([]);
  });

  test('with a balancer, half of the other failures hit instances', () => {
    const targets = plan(10, 1, { leader: 1 / 3, instance: 1 / 2, primary: 1 / 5 });
    expect(targets.filter(({ target }) => target === 'instance')).toHaveLength(3);
  });

  test('control: without standbys no primary is a victim', () => {
    for (const seed of SEEDS)
      for (const { target } of plan(10, seed, { leader: 2 / 3, instance: 0 }))
        expect(['leader', 'standby']).toContain(target);
  });
});

const cluster = { system: { databaseCluster: {}, redisGroup: {} } } as unknown as Cluster;
const kinds = STORAGE_FAULTS.map((fault) => ({
  ...getPattern(fault.kind),
  kind: fault.kind,
  roles: fault.targets(cluster),
}));

function planStorage(seed: number, planned = kinds): PlannedInjection[] {
  return planSchedule({
    seed,
    faults: 20,
    payments: 40_000,
    ratePerSec: RATE,
    kinds: planned,
    partCounts: { replicas: 3, monitors: 3, patients: 2 },
  }).injections;
}

/** Pairs of faults of which the second begins before the part of the first works again. */
function findOverlaps(injections: readonly PlannedInjection[], targets: readonly string[]) {
  const own = injections.filter(({ target }) => targets.includes(target));
  return own.flatMap((one, index) =>
    own
      .slice(index + 1)
      .filter(
        (other) =>
          dueMs(other.at, RATE) <
          dueMs(one.at, RATE) + one.durationMs + (getPattern(one.kind).returnMs ?? RETURN_MS),
      )
      .map((other) => `${one.id} and ${other.id}`),
  );
}

describe('the schedule of the storage', () => {
  test('has every fault, with times of its own and one target', () => {
    expect(STORAGE_FAULTS.length).toBeGreaterThan(12);
    for (const { kind, roles, ...pattern } of kinds) {
      expect([kind, pattern.hasStandby]).toEqual([kind, true]);
      expect(roles).toHaveLength(1);
    }
    const planned = new Set(SEEDS.flatMap((seed) => planStorage(seed)).map(({ kind }) => kind));
    expect([...planned].sort()).toEqual(STORAGE_FAULTS.map(({ kind }) => kind).sort());
  });

  test.each(['postgres', 'etcd', 'redis', 'sentinel'])(
    'never takes two parts of %s at once, for any seed',
    (part) => {
      for (const seed of SEEDS) expect(findOverlaps(planStorage(seed), [part])).toEqual([]);
    },
  );

  test('control: parts of unknown kinds have no guard, and the same plan takes several at once', () => {
    const unknown = kinds.map((kind) => ({ ...kind, roles: ['unknown'] }));
    const overlaps = SEEDS.flatMap((seed) => findOverlaps(planStorage(seed, unknown), ['unknown']));
    expect(overlaps.length).toBeGreaterThan(0);
  });

  test('a frozen node stays frozen until another one is the primary', () => {
    const frozen = SEEDS.flatMap((seed) => planStorage(seed)).filter(
      ({ kind }) => kind === 'node-frozen',
    );
    expect(frozen.length).toBeGreaterThan(20);
    for (const { durationMs } of frozen) {
      expect(durationMs).toBeGreaterThanOrEqual(5_000);
      expect(durationMs).toBeLessThanOrEqual(15_000);
    }
  });

  test('without standbys there is no target', () => {
    const single = { system: { databaseCluster: null, redisGroup: null } } as unknown as Cluster;
    expect(STORAGE_FAULTS.flatMap((fault) => fault.targets(single))).toEqual([]);
  });
});

describe('guards at the time of an injection', () => {
  const COUNTS = { replicas: 3, monitors: 3, patients: 2 };
  test.each([
    ['postgres', ['patroni_2'], 'already unavailable: patroni_2'],
    ['patroni_1', ['patroni_2'], 'already unavailable: patroni_2'],
    ['patroni_1', ['postgres'], 'already unavailable: postgres'],
    ['etcd_1', ['etcd'], 'already unavailable: etcd'],
    ['redis', ['redis_3'], 'already unavailable: redis_3'],
    ['sentinel_1', ['sentinel'], 'already unavailable: sentinel'],
    ['postgres', ['etcd', 'redis', 'sentinel', 'server_1'], null],
    ['sentinel', ['redis'], null],
  ])('%s while %j is away: %s', (part, away, expected) => {
    expect(explainRefusal(part, away, COUNTS)).toBe(expected);
  });
});
