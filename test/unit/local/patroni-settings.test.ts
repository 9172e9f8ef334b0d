/** Unsafe settings of Patroni are refused by name, and the safe ones are accepted. */
import {
  checkSettings,
  createSettings,
  findProblems,
  getPatienceMs,
  TIMING_PROFILES,
  type PatroniSettings,
} from '../../../local/engines/patroni-settings.js';

const DEBIAN_12 = { patroniVersion: '3.0.2', etcdVersion: '3.4.23' };
const CURRENT = { patroniVersion: '4.0.7', etcdVersion: '3.6.1' };

const problemsOf = (changes: Partial<PatroniSettings>): string =>
  findProblems({ ...createSettings(DEBIAN_12), ...changes }).join('\n');

const withTimings = (ttl: number, loopWait: number, retryTimeout: number) => ({
  timings: { ttlSeconds: ttl, loopWaitSeconds: loopWait, retryTimeoutSeconds: retryTimeout },
});

describe('the settings of Patroni', () => {
  it('the settings for Debian 12 are safe, with the v2 protocol and the quick profile', () => {
    const settings = createSettings(DEBIAN_12);
    expect(findProblems(settings)).toEqual([]);
    expect(settings).toMatchObject({ protocol: 'etcd', timings: TIMING_PROFILES.quick });
  });

  it('the settings for current versions are safe, with etcd3 and the conservative profile', () => {
    const settings = createSettings(CURRENT);
    expect(findProblems(settings)).toEqual([]);
    expect(settings).toMatchObject({ protocol: 'etcd3', timings: TIMING_PROFILES.conservative });
  });

  it.each([
    ['3.1.2', TIMING_PROFILES.quick],
    ['3.2.0', TIMING_PROFILES.conservative],
  ])('Patroni %s gets the fastest timings that it can keep', (patroniVersion, timings) => {
    const settings = createSettings({ ...DEBIAN_12, patroniVersion });
    expect(settings.timings).toEqual(timings);
    expect(findProblems(settings)).toEqual([]);
  });

  it.each([
    ['etcd3 before 3.0.3', { protocol: 'etcd3' as const }, /^etcd3 with Patroni 3\.0\.2: /],
    ['asynchronous', { synchronous: false }, /^synchronous_mode false: /],
    ['not strict', { strict: false }, /^synchronous_mode_strict false: /],
    ['no failsafe', { failsafe: false }, /^failsafe_mode false: /],
    ['ttl 3 with retry_timeout 2', withTimings(3, 1, 2), /^ttl 3 is below .* = 5: /],
    ['a short ttl on 4.x', { patroniVersion: '4.0.7' }, /^ttl 3 is below 20, /],
    ['a short ttl on 3.2', { patroniVersion: '3.2.2' }, /^ttl 3 is below 20, /],
    ['Patroni before 3.0', { patroniVersion: '2.1.2' }, /^Patroni 2\.1\.2, .*failsafe_mode/],
    ['v2 on etcd 3.6', { etcdVersion: '3.6.0' }, /^the protocol etcd \(v2\), which etcd 3\.6\.0 /],
  ])('%s is one named problem', (_name, changes, message) => {
    expect(problemsOf(changes)).toMatch(message);
    expect(problemsOf(changes)).not.toContain('\n');
  });

  it.each([
    ['etcd3 from 3.0.3', { protocol: 'etcd3' as const, patroniVersion: '3.0.3' }],
    ['ttl 5 with retry_timeout 2', withTimings(5, 1, 2)],
    ['ttl 20 on 4.x', { patroniVersion: '4.0.7', ...withTimings(20, 2, 5) }],
  ])('%s is accepted', (_name, changes) => {
    expect(problemsOf(changes)).toBe('');
  });

  it.each([
    ['quick', 12_000],
    ['conservative', 30_000],
  ] as const)(
    'instances wait longer than the failover of the profile %s',
    (profile, patienceMs) => {
      const timings = TIMING_PROFILES[profile];
      expect(getPatienceMs(timings)).toBe(patienceMs);
      expect(patienceMs).toBeGreaterThan((timings.ttlSeconds + timings.loopWaitSeconds) * 1_000);
    },
  );

  it('unsafe settings are refused with every problem at once', () => {
    const unsafe: PatroniSettings = {
      ...createSettings(DEBIAN_12),
      protocol: 'etcd3',
      failsafe: false,
    };
    expect(() => checkSettings(unsafe)).toThrow(/unsafe:\n {2}- etcd3 .*\n {2}- failsafe_mode /);
  });

  it('only the control of the lab may run unsafe settings', () => {
    const control: PatroniSettings = {
      ...createSettings(DEBIAN_12),
      protocol: 'etcd3',
      unsafePermitsLostCommits: true,
    };
    expect(() => checkSettings(control)).not.toThrow();
    expect(createSettings(DEBIAN_12).unsafePermitsLostCommits).toBeUndefined();
  });
});
