/** Scenarios of the failover machine without a failure: planned hand-overs, doubt, start. */
import { assertInvariants } from '../../../../monitor/core/invariants.js';
import type { State } from '../../../../monitor/core/types.js';
import {
  ALL,
  eventNames,
  LEADING,
  Machine,
  ofType,
  REACH,
  row,
  STANDBYS,
  watching,
} from '../support.js';

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

  test('moves the term to the replica that prepared for it', () => {
    for (const draw of [0, 0.99]) {
      const machine = watching();
      const { settings } = machine.state;
      machine.state = { ...machine.state, settings: { ...settings, policy: 'random' } };
      machine.random = draw;
      const successor = ofType(ask(machine), 'stand-down')[0]?.successor ?? '';
      expect(successor).toBe(draw === 0 ? 'server_2' : 'server_3');
      machine.random = 0.99 - draw;
      const effects = machine.happen({ type: 'stand-down-answered', term: 1, drained: true });
      expect(ofType(effects, 'move')[0]?.candidate.id).toBe(successor);
    }
  });

  test('another replica follows when the one that prepared died', () => {
    const machine = watching();
    const successor = ofType(ask(machine), 'stand-down')[0]?.successor ?? '';
    machine.kill(successor);
    const effects = machine.happen({ type: 'stand-down-answered', term: 1, drained: true });
    const other = successor === 'server_2' ? 'server_3' : 'server_2';
    expect(ofType(effects, 'move')[0]?.candidate.id).toBe(other);
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
    // The successor, should it be alive, charges nothing more.
    expect(ofType(effects, 'push')).toEqual([
      expect.objectContaining({ to: ['server_1', 'server_3'] }),
    ]);
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
