/**
 * vote_and_elect and move_leadership on a real PostgreSQL: which votes count, which election wins,
 * and that a term only grows (I3).
 */
import pg from 'pg';
import { PostgresHistory } from '../../../monitor/cluster/history.js';
import {
  PostgresLeadershipStore,
  warmUp,
  type Change,
} from '../../../monitor/cluster/leadership-store.js';
import type { Pool } from '../../../shared/postgres/postgres.js';
import { eventually } from '../../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { createTestPool } from '../../support/pool.js';

const change = (term: number, more: Partial<Change> = {}): Change => ({
  term,
  kind: 'kill',
  reason: 'a test',
  suspectedMsAgo: 5,
  ...more,
});
const candidate = (id: string): { id: string; bootId: string } => ({ id, bootId: `${id}-a` });
const monitorsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `monitor_${index + 1}`);

/** The sessions of this database that wait for a lock. */
const BLOCKED = `SELECT 1 FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock'`;

describe('the leadership store on PostgreSQL', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeEach(async () => {
    database = await createTestDatabase();
    pool = createTestPool(database.url, { max: 8, statementTimeoutMs: 5_000 });
  });
  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  const storeOf = (monitor: string, count: number, voteFreshMs = 10_000): PostgresLeadershipStore =>
    new PostgresLeadershipStore(pool, {
      partition: 0,
      monitor,
      monitors: monitorsOf(count),
      voteFreshMs,
      blockedMs: 60_000,
    });

  test.each([1, 3, 5])(
    '%i monitors: elects with the vote that completes the majority, not before',
    async (count) => {
      const needed = Math.floor(count / 2) + 1;
      for (let index = 1; index <= needed; index += 1) {
        const answer = await storeOf(`monitor_${index}`, count).voteAndElect({
          ...change(0),
          candidate: candidate('server_2'),
        });
        expect(answer).toMatchObject({ votes: index, majority: needed, elected: index === needed });
        expect(answer.leadership).toMatchObject(
          index === needed
            ? { term: 1, leader: 'server_2', bootId: 'server_2-a' }
            : { term: 0, leader: null },
        );
      }
    },
  );

  test('a monitor that votes twice has one vote', async () => {
    const store = storeOf('monitor_1', 3);
    await store.voteAndElect({ ...change(0), candidate: candidate('server_2') });
    expect(
      await store.voteAndElect({ ...change(0), candidate: candidate('server_2') }),
    ).toMatchObject({ votes: 1, elected: false });
  });

  test('two monitors act at once: one wins, the other learns the leader; a hundred times', async () => {
    for (let term = 0; term < 100; term += 1) {
      const answers = await Promise.all(
        ['server_1', 'server_2'].map((id) =>
          storeOf('monitor_1', 1).voteAndElect({ ...change(term), candidate: candidate(id) }),
        ),
      );
      expect(answers.filter(({ elected }) => elected)).toHaveLength(1);
      expect(
        new Set(answers.map(({ leadership }) => `${leadership.term} ${leadership.leader}`)).size,
      ).toBe(1);
      expect(answers[0]?.leadership.term).toBe(term + 1);
    }
    const { rows } = await pool.query<{ terms: number; most: number }>(
      'SELECT count(*) AS terms, max(term) AS most FROM election',
    );
    expect(rows[0]).toEqual({ terms: 100, most: 100 });
  });

  test('a stale vote does not count', async () => {
    await storeOf('monitor_1', 3).voteAndElect({ ...change(0), candidate: candidate('server_2') });
    await pool.query(`UPDATE vote SET cast_at = cast_at - interval '11 seconds'`);
    const answer = await storeOf('monitor_2', 3).voteAndElect({
      ...change(0),
      candidate: candidate('server_2'),
    });
    expect(answer).toMatchObject({ votes: 1, elected: false });
  });

  test('a vote from before the clock was set back does not count, neither now nor after the clock has caught up', async () => {
    await storeOf('monitor_1', 3).voteAndElect({ ...change(0), candidate: candidate('server_2') });
    await pool.query(`UPDATE vote SET cast_at = cast_at + interval '2 hours'`);
    const answer = await storeOf('monitor_2', 3).voteAndElect({
      ...change(0),
      candidate: candidate('server_2'),
    });
    expect(answer).toMatchObject({ votes: 1, elected: false });
    expect((await pool.query('SELECT monitor FROM vote')).rows).toEqual([{ monitor: 'monitor_2' }]);
  });

  test('a monitor that is not configured does not count', async () => {
    await storeOf('stranger', 3).voteAndElect({ ...change(0), candidate: candidate('server_2') });
    const answer = await storeOf('monitor_2', 3).voteAndElect({
      ...change(0),
      candidate: candidate('server_2'),
    });
    expect(answer).toMatchObject({ votes: 1, elected: false });
  });

  test('a vote about an old term changes nothing and returns the current term', async () => {
    await storeOf('monitor_1', 1).voteAndElect({ ...change(0), candidate: candidate('server_1') });
    const late = await storeOf('monitor_1', 1).voteAndElect({
      ...change(0),
      candidate: candidate('server_2'),
    });
    expect(late).toMatchObject({
      votes: 0,
      elected: false,
      leadership: { term: 1, leader: 'server_1' },
    });
    expect((await pool.query('SELECT 1 FROM vote')).rows).toEqual([]);
  });

  test.each(['drain', 'maint'] as const)(
    'a candidate in %s is refused, by vote and by move',
    async (state) => {
      const store = storeOf('monitor_1', 1);
      const order = { id: 'server_2', reason: 'a test', actor: 'operator', until: null };
      await store.setAdminState({ ...order, state });
      const answer = await store.voteAndElect({ ...change(0), candidate: candidate('server_2') });
      expect(answer).toMatchObject({
        votes: 1,
        majority: 1,
        elected: false,
        leadership: { term: 0, leader: null },
      });
      expect(await store.move({ ...change(0), candidate: candidate('server_2') })).toBeNull();
      await store.setAdminState({ ...order, state: 'ready' });
      expect(await store.move({ ...change(0), candidate: candidate('server_2') })).toMatchObject({
        term: 1,
        leader: 'server_2',
      });
      const audit = await pool.query<{ outcome: string }>('SELECT outcome FROM audit ORDER BY id');
      expect(audit.rows.map(({ outcome }) => outcome)).toEqual([state, 'ready']);
    },
  );

  test('a vote without a candidate elects no replica, but counts for the election of another monitor', async () => {
    const without = await storeOf('monitor_1', 3).voteAndElect({ ...change(0), candidate: null });
    expect(without).toMatchObject({ votes: 1, elected: false });
    expect(
      await storeOf('monitor_2', 3).voteAndElect({
        ...change(0),
        candidate: candidate('server_3'),
      }),
    ).toMatchObject({ votes: 2, elected: true });
  });

  test('a move is a compare-and-set on the term', async () => {
    const store = storeOf('monitor_1', 1);
    expect(
      await store.move({ ...change(0, { kind: 'planned' }), candidate: candidate('server_1') }),
    ).toMatchObject({ term: 1 });
    expect(
      await store.move({ ...change(0, { kind: 'planned' }), candidate: candidate('server_2') }),
    ).toBeNull();
    expect(await store.read()).toMatchObject({ term: 1, leader: 'server_1' });
  });

  test('the history has leader, reason and time, newest first, in pages', async () => {
    const store = storeOf('monitor_1', 1);
    for (let term = 0; term < 5; term += 1) {
      await store.voteAndElect({
        ...change(term, { suspectedMsAgo: 1_000 }),
        candidate: candidate(`server_${(term % 3) + 1}`),
      });
    }
    const history = new PostgresHistory(pool, 0);
    const first = await history.elections({ limit: 2, before: null });
    expect(first.map(({ term }) => term)).toEqual([5, 4]);
    expect((await history.elections({ limit: 9, before: 4 })).map(({ term }) => term)).toEqual([
      3, 2, 1,
    ]);
    expect(first[0]).toMatchObject({
      leader: 'server_2',
      previousLeader: 'server_1',
      kind: 'kill',
      reason: 'a test',
      monitor: 'monitor_1',
      votes: 1,
    });
    const age = Number(first[0]?.electedAt) - Number(first[0]?.suspectedAt);
    expect(age).toBeGreaterThanOrEqual(999);
    expect(age).toBeLessThan(20_000); // Plus the duration of the election.
  });

  test('the time of a suspicion is derived from the arrival of the vote, however long the row was locked', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('BEGIN; SELECT * FROM leadership FOR SHARE');
    const vote = storeOf('monitor_1', 1).voteAndElect({
      ...change(0, { suspectedMsAgo: 0 }),
      candidate: candidate('server_1'),
    });
    // Under load the vote may arrive late: the time of the lock counts from its arrival.
    await eventually(async () => (await pool.query(BLOCKED)).rowCount === 1, {
      what: 'the vote waits for the lock',
    });
    await client.query(`SELECT pg_sleep(0.2)`);
    await client.query('COMMIT');
    await client.end();
    expect((await vote).elected).toBe(true);
    const [row] = await new PostgresHistory(pool, 0).elections({ limit: 1, before: null });
    expect(Number(row?.electedAt) - Number(row?.suspectedAt)).toBeGreaterThanOrEqual(150);
  });

  test('the warm-up changes nothing', async () => {
    const before = await storeOf('monitor_1', 1).read();
    await warmUp(pool);
    expect(await storeOf('monitor_1', 1).read()).toEqual(before);
    expect(
      (await pool.query('SELECT partition FROM vote UNION ALL SELECT partition FROM election'))
        .rows,
    ).toEqual([]);
  });

  test('counts waiting and failed payments', async () => {
    expect(await storeOf('monitor_1', 1).paymentCounts()).toEqual({
      pending: 0,
      failed: 0,
      oldestPendingSec: null,
      oldestError: null,
      oldestDueSec: null,
    });
  });
});
