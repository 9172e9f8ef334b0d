/** The small pure parts: quorum, choice, local health, timings, displayed states. */
import {
  getCandidates,
  chooseCandidate,
  hasBetter,
  getNamedCandidate,
} from '../../../../monitor/core/election.js';
import { getObserved } from '../../../../monitor/core/observed.js';
import { hasQuorum, getMajority, countVoters } from '../../../../monitor/core/quorum.js';
import {
  ALARMS_MAX,
  getBeatPatienceMs,
  getExtraPatienceMs,
  FORGET_MS,
  isUnhealthy,
  LENIENT_FOR_MS,
  HEALTHY,
  noteLateness,
  noteSilenceEnd,
  noteTick,
} from '../../../../monitor/core/local-health.js';
import { getAgreementMs, getWorstCaseMs } from '../../../../monitor/core/timings.js';
import { ALL, STANDBYS, Machine, report, row, SETTINGS, watching } from '../support.js';

describe('the quorum', () => {
  /** Every subset of n monitors and some unknown names, counted naively. */
  const naive = (configured: readonly string[], voters: readonly string[]): boolean => {
    let mine = 0;
    for (const monitor of configured)
      for (const voter of new Set(voters)) if (monitor === voter) mine += 1;
    return mine * 2 > configured.length;
  };

  test.each([1, 2, 3, 4, 5, 6, 7])(
    'of %i monitors agrees with a naive count for every set of voters',
    (size) => {
      const configured = Array.from({ length: size }, (_, index) => `monitor_${index}`);
      for (let mask = 0; mask < 2 ** size; mask += 1) {
        const voters = configured.filter((_, index) => mask & (1 << index));
        expect(hasQuorum(configured, voters)).toBe(naive(configured, voters));
        expect(hasQuorum(configured, [...voters, ...voters, 'stranger', 'other'])).toBe(
          naive(configured, voters),
        );
      }
    },
  );

  test('two disjoint sets never both have a quorum', () => {
    for (let size = 1; size <= 7; size += 1) expect(getMajority(size) * 2).toBeGreaterThan(size);
  });

  test('a voter counts once', () => expect(countVoters(['a', 'b'], ['a', 'a', 'c'])).toBe(1));
});

describe('candidates', () => {
  test('are alive, ready, reach PostgreSQL, and are not the leader', () => {
    expect(getCandidates(watching().state).map(({ id }) => id)).toEqual(['server_2', 'server_3']);
    const machine = watching();
    machine.happen({ type: 'admin-read', admin: { server_2: 'maint' } });
    machine.beat(
      report('server_3', { term: 1, reaches: { postgres: false, redis: true, gateway: true } }),
    );
    expect(chooseCandidate(machine.state, 0)).toBeNull();
  });

  test('that reach every service are preferred', () => {
    const machine = watching();
    machine.beat(
      report('server_2', { term: 1, reaches: { postgres: true, redis: false, gateway: true } }),
    );
    expect(getCandidates(machine.state).map(({ id }) => id)).toEqual(['server_3']);
    expect(hasBetter(machine.state, { stalled: false })).toBe(true);
  });

  test('exclude a replica whose connection was just cut', () => {
    const machine = watching();
    machine.happen({ type: 'stream-closed', replica: 'server_2' });
    expect(getNamedCandidate(machine.state, 'server_2')).toBeNull();
  });

  const standing = (policy: 'random' | 'lowest-id' | 'fastest'): Machine => {
    const replicas = ['server_10', 'server_2', 'server_3'];
    const machine = new Machine({ policy, replicas });
    machine.tick();
    machine.happen({ type: 'leadership-read', leadership: row(1, 'server_1') });
    const speeds = { server_10: 9, server_2: 5, server_3: 2 };
    for (const [replica, ms] of Object.entries(speeds)) {
      machine.happen({
        type: 'ping-answered',
        replica,
        report: report(replica),
        sentAt: machine.now - ms,
      });
    }
    return machine;
  };

  test.each([
    ['lowest-id', 0.99, 'server_2'],
    ['fastest', 0.99, 'server_3'],
    ['random', 0, 'server_10'],
    ['random', 0.34, 'server_2'],
    ['random', 0.999_999, 'server_3'],
  ] as const)('by %s with %d: %s', (policy, random, id) => {
    expect(chooseCandidate(standing(policy).state, random)?.id).toBe(id);
  });
});

describe('local health', () => {
  const settings = { tickMs: 50, doubtMs: 1_000, doubtForMs: 2_000 };
  const started = noteTick(HEALTHY, settings, 100, 5_000).health;

  test('a tick in time has no effect', () => {
    const { health, jump } = noteTick(started, settings, 150, 5_050);
    expect([jump, getExtraPatienceMs(health, 150), isUnhealthy(health, 150)]).toEqual([
      null,
      0,
      false,
    ]);
  });

  test('a late tick lengthens the patience by its lateness, for a limited time', () => {
    const { health, jump } = noteTick(started, settings, 450, 5_350);
    expect(jump).toBeNull();
    expect(getExtraPatienceMs(health, 450)).toBe(300);
    expect(getExtraPatienceMs(health, 450 + LENIENT_FOR_MS)).toBe(0);
  });

  test('a smaller lateness later does not shorten it', () => {
    const late = noteTick(started, settings, 450, 5_350).health;
    expect(getExtraPatienceMs(noteTick(late, settings, 550, 5_450).health, 550)).toBe(300);
  });

  test('the first input after a long pause detects the pause, for any type of input', () => {
    expect(isUnhealthy(noteLateness(started, settings, 3_000), 3_000)).toBe(true);
  });

  test.each([
    ['a long pause', 2_000, 6_900, { lateMs: 1_850, jumpMs: 0 }],
    ['a wall clock set forward', 150, 65_050, { lateMs: 0, jumpMs: 60_000 }],
    ['a wall clock set back', 150, 1_050, { lateMs: 0, jumpMs: -4_000 }],
  ])('%s: observe and do not act', (_what, now, wallMs, jump) => {
    const after = noteTick(started, settings, now, wallMs);
    expect(after.jump).toEqual(jump);
    expect(isUnhealthy(after.health, now + 1_999)).toBe(true);
    expect(isUnhealthy(after.health, now + 2_000)).toBe(false);
  });
});

describe('false alarms', () => {
  const TIMEOUT_MS = 400;
  const alarmed = (count: number, now = 0) =>
    Array.from({ length: count }).reduce<typeof HEALTHY>(
      (health) => noteSilenceEnd(health, TIMEOUT_MS, 300, now),
      HEALTHY,
    );

  test.each([
    [0, 400],
    [1, 800],
    [2, 1_600],
    [3, 3_200],
    [9, 3_200],
  ])('after %i of them the patience is %i ms', (count, patienceMs) => {
    expect(getBeatPatienceMs(alarmed(count), TIMEOUT_MS, 0)).toBe(patienceMs);
  });

  test('expire one by one', () => {
    const health = alarmed(ALARMS_MAX);
    const after = [0, 1, 2, 3, 4].map((times) =>
      getBeatPatienceMs(health, TIMEOUT_MS, times * FORGET_MS),
    );
    expect(after).toEqual([3_200, 1_600, 800, 400, 400]);
  });

  test('a long suspicion was a freeze, and not a false alarm', () => {
    expect(noteSilenceEnd(HEALTHY, TIMEOUT_MS, 801, 0)).toEqual(HEALTHY);
    expect(noteSilenceEnd(alarmed(3), TIMEOUT_MS, 801, FORGET_MS)).toEqual(alarmed(3));
  });

  test('a freeze of two seconds is not a false alarm either, even when the connection was cut and reopened meanwhile', () => {
    const machine = watching();
    machine.pass(2_000, ALL.slice(1));
    machine.happen({ type: 'stream-closed', replica: 'server_1' });
    machine.happen({ type: 'stream-opened', replica: 'server_1' });
    machine.pass(100, ALL);
    expect(machine.state.health.alarms).toBe(0);
  });

  test('leadership does not leave a slow replica endlessly: the third silence of the same length is tolerated', () => {
    const machine = watching();
    let suspicions = 0;
    for (let round = 0; round < 10; round += 1) {
      machine.pass(700, STANDBYS);
      suspicions += machine.effects.filter(
        (effect) => effect.type === 'emit' && effect.event.name === 'replica:suspected',
      ).length;
      machine.effects = [];
      machine.pass(100, ALL);
    }
    expect(suspicions).toBeGreaterThan(0);
    expect(suspicions).toBeLessThanOrEqual(2);
  });
});

describe('the timings', () => {
  test('of the defaults match the README', () => {
    expect(getWorstCaseMs(SETTINGS)).toEqual({
      kill: 30,
      freeze: 470,
      ping: 5_070,
      gray: 1_930,
      left: 30,
      restart: 130,
      planned: 30,
    });
  });

  test('with several monitors a vote may reach the majority one interval later', () => {
    expect(getAgreementMs({ ...SETTINGS, monitors: ['a', 'b', 'c'] })).toBe(200);
  });

  test('hold for the machine: from silence to the vote', () => {
    const machine = watching();
    const begun = machine.now;
    while (machine.phase !== 'voting') machine.pass(50, ALL.slice(1));
    expect(machine.now - begun).toBeLessThanOrEqual(getWorstCaseMs(SETTINGS).freeze);
  });
});

describe('the displayed state', () => {
  const three = { monitors: ['monitor_1', 'monitor_2', 'monitor_3'] };

  test('with one monitor a suspected replica is down', () => {
    const machine = watching();
    machine.kill('server_2');
    expect(getObserved(machine.state, 'server_2', {})).toBe('down');
    expect(getObserved(machine.state, 'server_1', {})).toBe('alive');
  });

  test('with three, a suspected replica is down when another configured monitor agrees', () => {
    const machine = watching(three);
    machine.kill('server_2');
    expect(
      getObserved(machine.state, 'server_2', { monitor_2: ['server_3'], stranger: ['server_2'] }),
    ).toBe('suspect');
    expect(getObserved(machine.state, 'server_2', { monitor_3: ['server_2'] })).toBe('down');
  });

  test('a replica that only other monitors suspect is alive', () => {
    expect(
      getObserved(watching(three).state, 'server_2', {
        monitor_2: ['server_2'],
        monitor_3: ['server_2'],
      }),
    ).toBe('alive');
  });
});
