/**
 * Scenarios of the failover machine: the detection of a failure, and events that are not a failure.
 */
import { step } from '../../../../monitor/core/failover.js';
import {
  ALL,
  elect,
  eventNames,
  LEADING,
  type Machine,
  ofType,
  REACH,
  report,
  row,
  STANDBYS,
  watching,
} from '../support.js';

describe('a killed leader', () => {
  test('is pinged at once on a new connection, and not voted on before that', () => {
    const machine = watching();
    const effects = machine.happen({ type: 'stream-closed', replica: 'server_1' });
    expect(ofType(effects, 'ping')).toEqual([
      { type: 'ping', replica: 'server_1', onNewConnection: true },
    ]);
    expect(ofType(effects, 'vote')).toEqual([]);
  });

  test('is voted on in the same step that receives the refusal: no tick in between', () => {
    const machine = watching();
    machine.happen({ type: 'stream-closed', replica: 'server_1' });
    machine.now += 3;
    const effects = machine.happen({
      type: 'ping-failed',
      replica: 'server_1',
      cause: 'refused',
      sentAt: machine.now - 2,
    });
    expect(ofType(effects, 'vote')).toEqual([
      {
        type: 'vote',
        term: 1,
        candidate: { id: 'server_2', bootId: 'server_2-a' },
        kind: 'kill',
        suspectedMsAgo: 0,
        reason: 'server_1 closed its connection and refuses a new one',
      },
    ]);
    expect(eventNames(effects)).toEqual(
      expect.arrayContaining(['replica:suspected', 'leadership:lost']),
    );
  });

  test('is followed by a push in the step of the election, the new leader first', () => {
    const machine = REACH.voting();
    const effects = elect(machine);
    expect(effects[0]).toMatchObject({ type: 'push', to: ['server_2', 'server_1', 'server_3'] });
    machine.now += 4;
    const after = machine.happen({
      type: 'push-answered',
      replica: 'server_2',
      report: report('server_2', { role: 'leading', term: 2 }),
      sentAt: machine.now,
    });
    expect(ofType(after, 'emit').map(({ event }) => event)).toContainEqual({
      name: 'failover:completed',
      data: { partition: 0, term: 2, leader: 'server_2', kind: 'kill', promoteMs: 4, totalMs: 4 },
    });
    expect(machine.phase).toBe('watching');
  });

  test('that answers the confirming ping remains leader', () => {
    const machine = REACH.confirming();
    const effects = machine.happen({
      type: 'ping-answered',
      replica: 'server_1',
      report: LEADING,
      sentAt: machine.now,
    });
    expect(machine.phase).toBe('watching');
    expect(ofType(effects, 'vote')).toEqual([]);
  });

  test('control: without the confirming ping, a cut connection alone would depose it', () => {
    const machine = REACH.confirming();
    const mutated = { ...machine.state, replicas: { ...machine.state.replicas } };
    const detector = mutated.replicas['server_1'];
    if (!detector) throw new Error('no server_1');
    mutated.replicas['server_1'] = {
      ...detector,
      confirmingSince: null,
      opinion: 'suspect',
      layer: 'connection',
    };
    const { effects } = step(mutated, {
      type: 'tick',
      wallMs: machine.now,
      now: machine.now,
      random: 0,
    });
    expect(ofType(effects, 'vote')).toHaveLength(1);
  });
});

describe('silence', () => {
  test('of a frozen leader: suspected after the beat time-out, within one tick', () => {
    const machine = watching();
    machine.pass(400, STANDBYS);
    expect(machine.phase).toBe('watching');
    const effects = machine.pass(100, STANDBYS);
    expect(ofType(effects, 'vote')[0]).toMatchObject({ kind: 'freeze', term: 1 });
  });

  test('is no evidence for a monitor that was late itself', () => {
    const machine = watching();
    machine.pass(100, ALL);
    machine.now += 900;
    const effects = machine.tick();
    expect(ofType(effects, 'vote')).toEqual([]);
    expect(machine.phase).toBe('watching');
  });
});

describe('a ping without an answer', () => {
  const timeOut = (machine: Machine): ReturnType<Machine['happen']> =>
    machine.happen({
      type: 'ping-failed',
      replica: 'server_1',
      cause: 'timeout',
      sentAt: machine.now - 1_000,
    });

  test('FALL times: the leader is replaced although it beats', () => {
    const machine = watching();
    machine.pass(1_000, ALL);
    timeOut(machine);
    machine.pass(2_000, ALL);
    expect(ofType(timeOut(machine), 'vote')).toEqual([expect.objectContaining({ kind: 'ping' })]);
  });

  test('while the monitor itself slept is not counted', () => {
    const machine = watching();
    machine.pass(1_000, ALL);
    machine.now += 600; // Late by 550: more than half of the time-out.
    machine.tick();
    timeOut(machine);
    timeOut(machine);
    expect(machine.state.replicas['server_1']).toMatchObject({ opinion: 'alive', failures: 0 });
  });

  test('not counted while a cut connection awaits confirmation: pinged again at once', () => {
    const machine = watching();
    machine.happen({ type: 'stream-closed', replica: 'server_1' });
    machine.now += 600;
    machine.tick();
    expect(ofType(timeOut(machine), 'ping')).toEqual([
      { type: 'ping', replica: 'server_1', onNewConnection: true },
    ]);
    expect(machine.phase).toBe('confirming');
  });
});

describe('a restarted leader', () => {
  const reborn = report('server_1', { bootId: 'server_1-b' });

  test('has lost its leadership, however quickly it restarted', () => {
    const machine = watching();
    machine.now += 10;
    machine.happen({ type: 'stream-closed', replica: 'server_1' });
    const effects = machine.happen({
      type: 'ping-answered',
      replica: 'server_1',
      report: reborn,
      sentAt: machine.now,
    });
    expect(ofType(effects, 'vote')).toEqual([
      expect.objectContaining({
        kind: 'restart',
        candidate: { id: 'server_2', bootId: 'server_2-a' },
      }),
    ]);
  });

  test('is elected again when it is alone', () => {
    const machine = watching();
    machine.kill('server_2');
    machine.kill('server_3');
    machine.now += 10;
    machine.happen({ type: 'stream-closed', replica: 'server_1' });
    const effects = machine.happen({
      type: 'ping-answered',
      replica: 'server_1',
      report: reborn,
      sentAt: machine.now,
    });
    expect(ofType(effects, 'vote')).toEqual([
      expect.objectContaining({ candidate: { id: 'server_1', bootId: 'server_1-b' } }),
    ]);
  });

  test('that another monitor elected in its new life does not count as restarted again', () => {
    const machine = REACH.voting();
    machine.happen({
      type: 'vote-answered',
      term: 1,
      votes: 1,
      elected: false,
      leadership: row(2, 'server_1', 'server_1-b'),
    });
    expect(machine.state.replicas['server_1']?.opinion).toBe('unknown');
    expect(machine.phase).toBe('promoting');
  });
});
