/**
 * Rules against election storms on a late machine: each rule, and the case in which it must have no
 * effect.
 */
import { describe, expect, test } from '@jest/globals';
import {
  getGraceMs,
  ELECTIONS_MAX,
  FORGET_ELECTION_MS,
  addElection,
} from '../../../../monitor/core/grace.js';
import {
  ALARMS_MAX,
  getBeatPatienceMs,
  HEALTHY,
  noteToleratedSilence,
  START_FORGET_MS,
} from '../../../../monitor/core/local-health.js';
import { getWorstCaseMs } from '../../../../monitor/core/timings.js';
import type { PingFailure } from '../../../../monitor/core/kinds.js';
import type { Unrest } from '../../../../monitor/core/types.js';
import {
  ALL,
  LEADING,
  Machine,
  ofType,
  report,
  row,
  SETTINGS,
  STANDBYS,
  watching,
} from '../support.js';

const LEADER_OF_TERM_2 = report('server_2', { role: 'leading', term: 2 });
const electionOf = (machine: Machine, term: number, leader: string): void => {
  machine.happen({
    type: 'vote-answered',
    term: term - 1,
    votes: 1,
    elected: true,
    leadership: row(term, leader),
  });
};
/** server_1 was killed, server_2 is elected in term 2. */
function handedOver(): Machine {
  const machine = watching();
  machine.kill('server_1');
  electionOf(machine, 2, 'server_2');
  machine.effects = [];
  return machine;
}

describe('silence of several replicas at once', () => {
  test('is no evidence about the leader: no replica is suspected, whichever beats first', () => {
    const machine = watching();
    machine.pass(1_500);
    for (const standby of STANDBYS) machine.beat(standby);
    machine.pass(400, STANDBYS);
    machine.pass(1_000, ALL);
    expect(ofType(machine.effects, 'vote')).toEqual([]);
    expect(machine.phase).toBe('watching');
  });

  test('control: a leader that is silent alone is suspected as early as before', () => {
    const machine = watching();
    machine.pass(450, STANDBYS);
    expect(ofType(machine.effects, 'vote')).toHaveLength(1);
  });

  test('is tolerated for a bounded time only: if it continues, all are suspected', () => {
    const machine = watching();
    machine.pass(8 * SETTINGS.beatTimeoutMs + 2 * SETTINGS.tickMs);
    expect(machine.phase).toBe('no-candidate');
  });

  test('a standby that is down permanently does not protect the leader', () => {
    const machine = watching();
    machine.pass(2_000, [LEADING, STANDBYS[1]!]);
    const begun = machine.now;
    while (machine.phase !== 'voting' && machine.now < begun + 5_000)
      machine.pass(50, [STANDBYS[1]!]);
    expect(machine.now - begun).toBeLessThanOrEqual(getWorstCaseMs(SETTINGS).freeze);
  });

  test('pings that time out meanwhile are not counted', () => {
    const machine = watching();
    machine.pass(600);
    machine.happen({
      type: 'ping-failed',
      replica: 'server_1',
      cause: 'timeout',
      sentAt: machine.now - 500,
    });
    expect(machine.state.replicas['server_1']?.failures).toBe(0);
  });
});

describe('pings of several replicas that time out', () => {
  const round = (
    machine: Machine,
    ids: readonly string[],
    cause: PingFailure = 'timeout',
  ): void => {
    machine.pass(1_000, ALL);
    for (const replica of ids)
      machine.happen({ type: 'ping-failed', replica, cause, sentAt: machine.now - 1_000 });
    machine.pass(1_000, ALL);
  };

  test('two consecutive rounds do not depose the leader; six do', () => {
    const machine = watching();
    for (let count = 0; count < 3; count += 1) round(machine, ['server_2', 'server_1']);
    expect(machine.state.replicas['server_1']?.opinion).toBe('alive');
    for (let count = 0; count < 3; count += 1) round(machine, ['server_2', 'server_1']);
    expect(machine.state.replicas['server_1']?.opinion).toBe('suspect');
  });

  test('control: those of the leader alone depose it after FALL', () => {
    const machine = watching();
    for (let count = 0; count < SETTINGS.fall; count += 1) round(machine, ['server_1']);
    expect(machine.state.replicas['server_1']).toMatchObject({ opinion: 'suspect', layer: 'ping' });
  });
});

describe('a monitor that has just started', () => {
  const started = { ...HEALTHY, startedAt: 0 };

  test('is as patient as after several false alarms, and less patient every second', () => {
    const patience = [0, 1, 2, 3, 4].map((times) =>
      getBeatPatienceMs(started, 400, times * START_FORGET_MS),
    );
    expect(patience).toEqual([400 * 2 ** ALARMS_MAX, 1_600, 800, 400, 400]);
  });

  test('does not depose a leader that is silent for a second, or whose pings time out', () => {
    const machine = new Machine();
    machine.tick();
    machine.happen({ type: 'leadership-read', leadership: row(1, 'server_1') });
    machine.connect(...ALL);
    machine.pass(1_000, STANDBYS);
    for (let count = 0; count < 3; count += 1)
      machine.happen({
        type: 'ping-failed',
        replica: 'server_1',
        cause: 'timeout',
        sentAt: machine.now,
      });
    expect(machine.phase).not.toBe('voting');
    expect(ofType(machine.effects, 'vote')).toEqual([]);
  });

  test('deposes at once a leader that refuses connections', () => {
    const machine = new Machine();
    machine.tick();
    machine.happen({ type: 'leadership-read', leadership: row(1, 'server_1') });
    machine.connect(...ALL);
    expect(ofType(machine.kill('server_1'), 'vote')).toHaveLength(1);
  });
});

test('a silence that needed the longer patience keeps it long; control: a short silence, or a late monitor, does not', () => {
  expect(noteToleratedSilence(HEALTHY, 400, 1_000, 50)).toMatchObject({ alarms: 2, alarmedAt: 50 });
  expect(noteToleratedSilence(HEALTHY, 400, 400, 50)).toBe(HEALTHY);
  const late = { ...HEALTHY, extraMs: 700, lenientUntil: 100 };
  expect(noteToleratedSilence(late, 400, 1_000, 50)).toBe(late);
});

describe('a new leader', () => {
  test('is not deposed for a silence that began before its election', () => {
    const machine = handedOver();
    machine.pass(350, [STANDBYS[1]!]);
    expect(ofType(machine.effects, 'vote')).toEqual([]);
  });

  test('that remains silent is deposed at the end of its grace', () => {
    const machine = handedOver();
    machine.pass(getGraceMs(machine.state, machine.now) + 2 * SETTINGS.tickMs, [STANDBYS[1]!]);
    expect(ofType(machine.effects, 'vote').at(-1)).toMatchObject({
      term: 2,
      kind: 'freeze',
      candidate: { id: 'server_3' },
    });
  });

  test('that is killed is deposed at once', () => {
    const machine = handedOver();
    expect(ofType(machine.kill('server_2'), 'vote')).toEqual([
      expect.objectContaining({ term: 2, kind: 'kill' }),
    ]);
  });

  test('whose pings time out is not deposed meanwhile', () => {
    const machine = handedOver();
    for (let count = 0; count < 3; count += 1)
      machine.happen({
        type: 'ping-failed',
        replica: 'server_2',
        cause: 'timeout',
        sentAt: machine.now,
      });
    expect(machine.state.replicas['server_2']?.opinion).toBe('alive');
  });

  test('elected by others without this monitor: earlier failures are forgotten; a refused connection is not', () => {
    const silent = watching();
    silent.pass(600, [LEADING, STANDBYS[1]!]);
    silent.happen({ type: 'leadership-read', leadership: row(2, 'server_2') });
    expect(silent.phase).toBe('promoting');
    const dead = watching();
    dead.kill('server_2');
    dead.happen({ type: 'leadership-read', leadership: row(2, 'server_2') });
    expect(dead.phase).toBe('voting');
  });

  test('has a longer grace after each recent election, up to a bound, and a shorter one later', () => {
    const machine = watching();
    const { now } = machine;
    const after = (count: number): number => {
      const unrest = Array.from({ length: count }).reduce<Unrest>(
        (sum) => addElection(sum, now),
        machine.state.unrest,
      );
      return getGraceMs({ ...machine.state, unrest }, now);
    };
    expect([0, 1, 2, 3, 9].map(after)).toEqual([400, 800, 1_600, 1_600, 1_600]);
    const unrest = { elections: ELECTIONS_MAX, at: now };
    const later = [0, 1, 2, 3].map((times) =>
      getGraceMs({ ...machine.state, unrest }, now + times * FORGET_ELECTION_MS),
    );
    expect(later).toEqual([1_600, 800, 400, 400]);
  });

  test('counts elections after this monitor suspected the leader, not planned ones', () => {
    expect(handedOver().state.unrest.elections).toBe(1);
    const machine = watching();
    machine.happen({ type: 'leadership-read', leadership: row(2, 'server_2') });
    expect(machine.state.unrest.elections).toBe(0);
  });
});

describe('a successor', () => {
  test('without a recent report is not elected; its next beat makes it a candidate', () => {
    const machine = watching();
    machine.pass(350, [LEADING]);
    machine.effects = [];
    machine.kill('server_1');
    expect(machine.phase).toBe('no-candidate');
    expect(ofType(machine.effects, 'vote')).toEqual([]);
    expect(ofType(machine.beat(STANDBYS[1]!), 'vote')).toEqual([
      expect.objectContaining({ candidate: expect.objectContaining({ id: 'server_3' }) }),
    ]);
  });

  test('without a stream or a recent answer is pinged, and elected when it answers', () => {
    const machine = watching();
    for (const { id } of STANDBYS) {
      machine.happen({ type: 'stream-closed', replica: id });
      machine.happen({
        type: 'ping-answered',
        replica: id,
        report: report(id),
        sentAt: machine.now,
      });
    }
    machine.pass(400, [LEADING]);
    machine.effects = [];
    machine.kill('server_1');
    expect(machine.phase).toBe('no-candidate');
    const pinged = ofType(machine.effects, 'ping')
      .filter(({ onNewConnection }) => onNewConnection)
      .map(({ replica }) => replica);
    expect(pinged).toEqual(expect.arrayContaining(['server_2', 'server_3']));
    machine.effects = [];
    machine.happen({
      type: 'ping-answered',
      replica: 'server_3',
      report: report('server_3'),
      sentAt: machine.now,
    });
    expect(ofType(machine.effects, 'vote')).toEqual([
      expect.objectContaining({ candidate: expect.objectContaining({ id: 'server_3' }) }),
    ]);
  });

  test('control: a replica that beats as usual is elected at once', () => {
    expect(ofType(watching().kill('server_1'), 'vote')).toEqual([
      expect.objectContaining({ kind: 'kill', term: 1 }),
    ]);
  });

  test('leads although it was briefly late, when it reports so after its promotion', () => {
    const machine = handedOver();
    machine.pass(300, [STANDBYS[1]!]);
    machine.beat(LEADER_OF_TERM_2);
    expect(machine.phase).toBe('watching');
  });
});
