/**
 * Scenarios of the failover machine without a failure: gray leaders, promotions, planned
 * hand-overs, doubt, start.
 */
import { assertInvariants } from '../../../../monitor/core/invariants.js';
import type { ReplicaReport } from '../../../../shared/contracts/leadership.js';
import type { State } from '../../../../monitor/core/types.js';
import {
  ALL,
  eventNames,
  LEADING,
  Machine,
  ofType,
  REACH,
  report,
  row,
  STANDBYS,
  watching,
} from '../support.js';

const elected = (machine: Machine, term = 2, leader = 'server_2'): ReturnType<Machine['happen']> =>
  machine.happen({
    type: 'vote-answered',
    term: term - 1,
    votes: 1,
    elected: true,
    leadership: row(term, leader),
  });

describe('a gray leader', () => {
  const ill = { ...LEADING, reaches: { postgres: true, redis: true, gateway: false } };

  test('is stood down and voted on after GRAY_MS while another replica reaches every service', () => {
    const machine = watching();
    machine.pass(1_400, [ill, ...STANDBYS]);
    expect(machine.phase).toBe('watching');
    const effects = machine.pass(300, [ill, ...STANDBYS]);
    expect(ofType(effects, 'stand-down')).toEqual([
      { type: 'stand-down', replica: 'server_1', term: 1, timeoutMs: 300 },
    ]);
    const voted = machine.happen({ type: 'stand-down-answered', term: 1, drained: false });
    expect(ofType(voted, 'vote')).toEqual([
      expect.objectContaining({ kind: 'gray', reason: 'server_1 does not reach gateway' }),
    ]);
  });

  test('remains when no replica is better', () => {
    const machine = watching();
    const reaches = { postgres: true, redis: false, gateway: true };
    const effects = machine.pass(5_000, [
      { ...LEADING, reaches },
      ...STANDBYS.map((each) => ({ ...each, reaches })),
    ]);
    expect(ofType(effects, 'stand-down')).toEqual([]);
    expect(machine.phase).toBe('watching');
  });

  describe('after an outage that all replicas share', () => {
    const allIll = [ill, ...STANDBYS.map((each) => ({ ...each, reaches: ill.reaches }))];
    /**
     * From the first replica that notices the end to the last: one check of a replica and the pause
     * before it.
     */
    const SKEW_MS = 1_300;

    test('remains when another replica notices the end first', () => {
      const machine = watching();
      const effects = [
        ...machine.pass(4_000, allIll),
        ...machine.pass(SKEW_MS, [ill, ...STANDBYS]),
        ...machine.pass(5_000, ALL),
      ];
      expect(ofType(effects, 'stand-down')).toEqual([]);
    });

    test('remains when it notices the end first', () => {
      const machine = watching();
      const first = [LEADING, ...allIll.slice(1)];
      const effects = [
        ...machine.pass(4_000, allIll),
        ...machine.pass(SKEW_MS, first),
        ...machine.pass(5_000, ALL),
      ];
      expect(ofType(effects, 'stand-down')).toEqual([]);
    });

    test('is handed over after GRAY_MS when the outage ends for the others alone', () => {
      const machine = watching();
      expect(
        ofType(
          [...machine.pass(4_000, allIll), ...machine.pass(1_400, [ill, ...STANDBYS])],
          'stand-down',
        ),
      ).toEqual([]);
      expect(ofType(machine.pass(300, [ill, ...STANDBYS]), 'stand-down')).toHaveLength(1);
    });

    test('remains when others are better only briefly', () => {
      const machine = watching();
      machine.pass(4_000, allIll);
      for (let round = 0; round < 10; round += 1) {
        const effects = [...machine.pass(1_000, [ill, ...STANDBYS]), ...machine.pass(200, allIll)];
        expect(ofType(effects, 'stand-down')).toEqual([]);
      }
    });
  });

  test('that makes no progress is handed over, but not again before the rest is over', () => {
    const machine = watching();
    const stuck = { ...LEADING, stalledMs: 6_000 };
    expect(ofType(machine.pass(1_700, [stuck, ...STANDBYS]), 'stand-down')).toHaveLength(1);
    machine.happen({ type: 'stand-down-answered', term: 1, drained: false });
    elected(machine);
    const stuckToo = report('server_2', { role: 'leading', term: 2, stalledMs: 6_000 });
    const others = [report('server_1', { term: 2 }), report('server_3', { term: 2 })];
    expect(ofType(machine.pass(7_000, [stuckToo, ...others]), 'stand-down')).toEqual([]);
    expect(ofType(machine.pass(4_000, [stuckToo, ...others]), 'stand-down')).toHaveLength(1);
  });

  test('is not handed over after every other replica has led without progress, until a leader makes progress', () => {
    const machine = watching();
    const leads = (id: string, term: number, more: Partial<ReplicaReport>) =>
      ALL.map((each) =>
        report(each.id, { term, ...(each.id === id ? { role: 'leading', ...more } : {}) }),
      );
    for (const [index, id] of ['server_1', 'server_2'].entries()) {
      expect(
        ofType(machine.pass(20_000, leads(id, index + 1, { stalledMs: 6_000 })), 'stand-down'),
      ).toHaveLength(1);
      machine.happen({ type: 'stand-down-answered', term: index + 1, drained: false });
      elected(machine, index + 2, `server_${index + 2}`);
    }
    expect(
      ofType(machine.pass(60_000, leads('server_3', 3, { stalledMs: 6_000 })), 'stand-down'),
    ).toEqual([]);
    machine.pass(200, leads('server_3', 3, { committed: 1 }));
    expect(
      ofType(
        machine.pass(20_000, leads('server_3', 3, { committed: 1, stalledMs: 6_000 })),
        'stand-down',
      ),
    ).toHaveLength(1);
  });

  test('that makes no progress is handed over although no replica reaches Redis', () => {
    const machine = watching();
    const reaches = { postgres: true, redis: false, gateway: true };
    const effects = machine.pass(3_000, [
      { ...LEADING, reaches, stalledMs: 6_000 },
      ...STANDBYS.map((each) => ({ ...each, reaches })),
    ]);
    expect(ofType(effects, 'stand-down')).toHaveLength(1);
  });
});

describe('a promotion', () => {
  test('that is lost is pushed again until the leader confirms', () => {
    const machine = REACH.promoting();
    const standing = [report('server_2', { term: 1 }), report('server_3', { term: 1 })];
    expect(ofType(machine.pass(1_000, standing), 'push')).toHaveLength(2);
  });

  test('of a leader that died before it received the push: the next election follows', () => {
    const machine = REACH.promoting();
    expect(ofType(machine.happen({ type: 'push-failed', replica: 'server_2' }), 'ping')).toEqual([
      { type: 'ping', replica: 'server_2', onNewConnection: true },
    ]);
    const effects = machine.kill('server_2');
    expect(ofType(effects, 'vote')).toEqual([
      expect.objectContaining({ term: 2, candidate: { id: 'server_3', bootId: 'server_3-a' } }),
    ]);
  });
});

describe('a planned hand-over', () => {
  const ask = (machine: Machine, to: string | null = null): ReturnType<Machine['happen']> =>
    machine.happen({
      type: 'handover-requested',
      request: { id: 7, to, kind: 'planned', reason: 'update' },
    });

  test('drains, moves the term, notifies every replica and answers', () => {
    const machine = watching();
    expect(ofType(ask(machine, 'server_3'), 'stand-down')).toHaveLength(1);
    machine.now += 30;
    expect(
      ofType(machine.happen({ type: 'stand-down-answered', term: 1, drained: true }), 'move'),
    ).toEqual([
      expect.objectContaining({
        candidate: { id: 'server_3', bootId: 'server_3-a' },
        kind: 'planned',
        reason: 'update',
      }),
    ]);
    machine.now += 5;
    const effects = machine.happen({
      type: 'move-answered',
      term: 1,
      leadership: row(2, 'server_3'),
    });
    expect(effects[0]).toMatchObject({ type: 'push', to: ['server_3', 'server_1', 'server_2'] });
    expect(ofType(effects, 'answer')[0]?.outcome).toMatchObject({
      ok: true,
      moved: true,
      previous: 'server_1',
      drained: true,
      tookMs: 35,
    });
  });

  const REFUSALS: readonly [string, string | null, string, (machine: Machine) => unknown][] = [
    ['an unknown name', 'server_9', 'REPLICA_NOT_FOUND', () => undefined],
    ['a replica that is down', 'server_2', 'NO_CANDIDATE', (machine) => machine.kill('server_2')],
    [
      'a drained replica',
      'server_2',
      'NO_CANDIDATE',
      (machine) => machine.happen({ type: 'admin-read', admin: { server_2: 'drain' } }),
    ],
    [
      'no other replica alive',
      null,
      'NO_CANDIDATE',
      (machine) => [machine.kill('server_2'), machine.kill('server_3')],
    ],
    ['an election under way', null, 'HANDOVER_LOST', (machine) => machine.kill('server_1')],
    [
      'an unavailable database',
      null,
      'UNAVAILABLE',
      (machine) => machine.happen({ type: 'database-failed' }),
    ],
  ];

  test.each(REFUSALS)('is refused for %s', (_what, to, code, prepare) => {
    const machine = watching();
    prepare(machine);
    expect(ofType(ask(machine, to), 'answer')[0]?.outcome).toMatchObject({ ok: false, code });
    expect(ofType(machine.effects, 'stand-down')).toEqual([]);
  });

  test('to the current leader changes nothing', () => {
    const machine = watching();
    expect(ofType(ask(machine, 'server_1'), 'answer')[0]?.outcome).toMatchObject({
      ok: true,
      moved: false,
    });
    expect(machine.phase).toBe('watching');
  });

  test('does not wait for a leader that dies meanwhile', () => {
    const machine = watching();
    ask(machine);
    expect(ofType(machine.kill('server_1'), 'move')).toHaveLength(1);
  });

  test('answers HANDOVER_LOST after another election', () => {
    const machine = watching();
    ask(machine);
    const effects = machine.happen({ type: 'leadership-read', leadership: row(2, 'server_2') });
    expect(ofType(effects, 'answer')[0]?.outcome).toMatchObject({
      ok: false,
      code: 'HANDOVER_LOST',
    });
  });

  test('ends when its only candidate died during the drain, and the leader is told to continue', () => {
    const machine = watching();
    ask(machine, 'server_3');
    machine.kill('server_3');
    const effects = machine.happen({ type: 'stand-down-answered', term: 1, drained: true });
    expect(ofType(effects, 'answer')[0]?.outcome).toMatchObject({
      ok: false,
      code: 'NO_CANDIDATE',
    });
    expect(ofType(effects, 'push')).toEqual([expect.objectContaining({ to: ['server_1'] })]);
  });

  test('starts automatically when the leader is drained in the database', () => {
    const machine = watching();
    expect(
      ofType(machine.happen({ type: 'admin-read', admin: { server_1: 'maint' } }), 'stand-down'),
    ).toHaveLength(1);
  });
});

describe('a monitor in doubt', () => {
  test('reports it and does not vote, then judges by new evidence only', () => {
    const machine = REACH.doubting();
    expect(eventNames(machine.effects)).toContain('clock:jumped');
    expect(ofType(machine.kill('server_1'), 'vote')).toEqual([]);
    expect(machine.phase).toBe('doubting');
    expect(ofType(machine.pass(2_100, STANDBYS), 'vote')).toHaveLength(1);
  });

  test('notifies the caller of a hand-over', () => {
    const machine = REACH['handing-over']();
    machine.now += 1_500;
    expect(ofType(machine.tick(), 'answer')[0]?.outcome).toMatchObject({
      ok: false,
      code: 'HANDOVER_LOST',
    });
  });

  test('moves nothing, even when the awaited answer is its first input after it wakes', () => {
    const machine = REACH['handing-over']();
    machine.now += 1_500;
    const effects = machine.happen({ type: 'stand-down-answered', term: 1, drained: true });
    expect(ofType(effects, 'move')).toEqual([]);
    expect(ofType(effects, 'answer')).toHaveLength(1);
    expect(machine.phase).toBe('doubting');
  });

  test('asks no leader to stand down, even when the request of the operator is its first input', () => {
    const machine = watching();
    machine.now += 1_500;
    const effects = machine.happen({
      type: 'handover-requested',
      request: { id: 1, to: null, kind: 'planned', reason: 'a test' },
    });
    expect(ofType(effects, 'stand-down')).toEqual([]);
    expect(ofType(effects, 'answer')[0]?.outcome).toMatchObject({ ok: false, code: 'UNAVAILABLE' });
  });
});

describe('a monitor that starts beside a running system', () => {
  test('keeps the term and pushes nothing', () => {
    const machine = watching();
    expect(machine.phase).toBe('watching');
    expect(ofType(machine.pass(5_000, ALL), 'push')).toEqual([]);
    expect(ofType(machine.effects, 'vote')).toEqual([]);
  });

  test('replaces a leader that never answers, after FALL pings', () => {
    const machine = new Machine();
    machine.tick();
    machine.happen({ type: 'leadership-read', leadership: row(4, 'server_1') });
    machine.connect(...STANDBYS);
    const refuse = (): ReturnType<Machine['happen']> =>
      machine.happen({
        type: 'ping-failed',
        replica: 'server_1',
        cause: 'refused',
        sentAt: machine.now,
      });
    expect(ofType(refuse(), 'vote')).toEqual([]);
    expect(ofType(refuse(), 'vote')).toEqual([expect.objectContaining({ kind: 'ping', term: 4 })]);
  });
});

describe('duties', () => {
  test('every replica is pinged at the first tick and then every interval', () => {
    const machine = new Machine();
    expect(ofType(machine.tick(), 'ping')).toHaveLength(3);
    expect(ofType(machine.pass(1_950), 'ping')).toHaveLength(0);
    expect(ofType(machine.pass(50), 'ping')).toHaveLength(3);
    expect(ofType(machine.effects, 'refresh')).toHaveLength(2);
  });
});

describe('the invariants', () => {
  test('control: a state that violates one is refused by name', () => {
    const { state, now } = watching();
    const refuse =
      (change: Partial<State>): (() => void) =>
      () =>
        assertInvariants({ ...state, ...change }, state, now);
    expect(refuse({})).not.toThrow();
    expect(refuse({ leadership: row(0, null) })).toThrow('a known term never goes back');
    expect(refuse({ leadership: row(1, 'server_2') })).toThrow('a term has one leader');
    expect(refuse({ health: { ...state.health, unhealthyUntil: now + 1 } })).toThrow(
      'a monitor in doubt does not act',
    );
  });

  test('a beat between two ticks, exactly at the end of the doubt, violates none', () => {
    const machine = REACH.doubting();
    machine.pass(1_990);
    machine.now = machine.state.health.unhealthyUntil + 1;
    expect(() => machine.beat(LEADING)).not.toThrow();
    expect(machine.phase).toBe('watching');
  });
});
