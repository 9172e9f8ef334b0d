/** Scenarios of the failover machine: votes and elections, its own and those of other monitors. */
import {
  ALL,
  LEADING,
  Machine,
  ofType,
  REACH,
  report,
  row,
  STANDBYS,
  watching,
} from '../support.js';

describe('votes', () => {
  test('are cast again every interval while there is no majority', () => {
    const machine = watching({ monitors: ['monitor_1', 'monitor_2', 'monitor_3'] });
    machine.kill('server_1');
    const lose = (): ReturnType<Machine['happen']> =>
      machine.happen({
        type: 'vote-answered',
        term: 1,
        votes: 1,
        elected: false,
        leadership: row(1, 'server_1'),
      });
    lose();
    expect(ofType(machine.pass(50, STANDBYS), 'vote')).toHaveLength(0);
    expect(ofType(machine.pass(50, STANDBYS), 'vote')).toHaveLength(1);
    expect(ofType(machine.pass(500, STANDBYS), 'vote')).toHaveLength(0); // The answer is awaited.
    expect(ofType(lose(), 'vote')).toHaveLength(1); // Overdue.
    expect(machine.last.decision).toContain('1 fresh votes, 2 of 3 are needed');
  });

  test('are tried again after the database failed', () => {
    const machine = REACH.voting();
    machine.happen({ type: 'vote-failed', term: 1 });
    expect(machine.state.databaseUp).toBe(false);
    expect(ofType(machine.pass(100, STANDBYS), 'vote')).toHaveLength(1);
  });

  test('end when the leader beats again', () => {
    const machine = REACH.voting();
    machine.happen({ type: 'vote-failed', term: 1 });
    machine.beat(LEADING);
    expect(machine.phase).toBe('watching');
    expect(ofType(machine.pass(300, ALL), 'vote')).toEqual([]);
  });

  test('without a candidate are cast only when other monitors may have one', () => {
    expect(ofType(REACH['no-candidate']().effects, 'vote')).toEqual([]);
    const machine = watching({ monitors: ['monitor_1', 'monitor_2', 'monitor_3'] });
    for (const id of ['server_2', 'server_3', 'server_1']) machine.kill(id);
    expect(ofType(machine.effects, 'vote')).toEqual([
      expect.objectContaining({ candidate: null, kind: 'kill' }),
    ]);
  });

  test('that were enough, for a candidate that the database refused: administrative states are read again', () => {
    const machine = REACH.voting();
    const effects = machine.happen({
      type: 'vote-answered',
      term: 1,
      votes: 1,
      elected: false,
      leadership: row(1, 'server_1'),
    });
    expect(ofType(effects, 'refresh')).toHaveLength(1);
  });
});

describe('the first election', () => {
  test('waits for a candidate, then follows at once', () => {
    const machine = new Machine();
    machine.tick();
    machine.happen({ type: 'leadership-read', leadership: row(0, null) });
    expect(machine.phase).toBe('observing');
    machine.happen({ type: 'stream-opened', replica: 'server_3' });
    const effects = machine.beat(report('server_3'));
    expect(ofType(effects, 'vote')).toEqual([
      expect.objectContaining({
        kind: 'first',
        term: 0,
        candidate: { id: 'server_3', bootId: 'server_3-a' },
        suspectedMsAgo: null,
      }),
    ]);
  });
});

describe("another monitor's election", () => {
  test('is read at once when a report carries a higher term', () => {
    const machine = watching();
    machine.happen({ type: 'leadership-read', leadership: row(1, 'server_1') });
    machine.now += 60;
    const effects = machine.beat(report('server_2', { term: 2, role: 'leading' }));
    expect(ofType(effects, 'read-leadership')).toHaveLength(1);
    expect(ofType(machine.beat(report('server_3', { term: 2 })), 'read-leadership')).toHaveLength(
      0,
    ); // One reading is enough.
    const learnt = machine.happen({ type: 'leadership-read', leadership: row(2, 'server_2') });
    expect(ofType(learnt, 'push')).toEqual([]); // It already reports that it leads.
    expect(machine.phase).toBe('watching');
  });

  test('is supported: every monitor notifies a leader that does not yet report that it leads', () => {
    const machine = watching();
    const effects = machine.happen({ type: 'leadership-read', leadership: row(2, 'server_2') });
    expect(ofType(effects, 'push')).toEqual([expect.objectContaining({ to: ['server_2'] })]);
  });

  test('a lower term that arrives late is ignored', () => {
    const machine = REACH.promoting();
    machine.happen({ type: 'leadership-read', leadership: row(1, 'server_1') });
    expect(machine.state.leadership?.term).toBe(2);
  });
});
