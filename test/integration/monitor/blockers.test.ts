/**
 * An election against sessions that lock the leadership row: the monitor ends them in bounded time,
 * and PostgreSQL rolls them back.
 */
import pg from 'pg';
import { pino } from 'pino';
import type { EndedSession } from '../../../monitor/cluster/blockers.js';
import { PostgresLeadershipStore } from '../../../monitor/cluster/leadership-store.js';
import { createPool, type Pool } from '../../../shared/postgres/postgres.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';

const MONITORS = ['monitor_1', 'monitor_2', 'monitor_3'];
const BLOCKED_MS = 200;
/**
 * Longer than a statement may take in this file: a later election did not profit from the end of
 * the session.
 */
const STATEMENT_MS = 60_000;

let database: TestDatabase;
let pools: Pool[];
let clients: pg.Client[];
let ended: EndedSession[];

beforeEach(async () => {
  database = await createTestDatabase();
  [pools, clients, ended] = [[], [], []];
});
afterEach(async () => {
  await Promise.all([
    ...clients.map((client) => client.end().catch(() => undefined)),
    ...pools.map((pool) => pool.end()),
  ]);
  await database.drop();
});

function storeOf(
  monitor: string,
  monitors = ['monitor_1'],
  blockedMs = BLOCKED_MS,
): PostgresLeadershipStore {
  const pool = createPool(
    { url: database.url, name: monitor, max: 4, statementTimeoutMs: STATEMENT_MS },
    pino({ level: 'silent' }),
  );
  pools.push(pool);
  return new PostgresLeadershipStore(pool, {
    partition: 0,
    monitor,
    monitors,
    voteFreshMs: STATEMENT_MS,
    blockedMs,
    onEnded: (sessions) => ended.push(...sessions),
  });
}

/** A session that has locked the row and does not continue. */
async function holder(
  name: string,
  statement = 'SELECT 1 FROM leadership FOR SHARE',
): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url, application_name: name });
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  await client.query(`BEGIN; ${statement}`);
  return client;
}

/** The votes may be answered before the statement that ended the blocking session reports it. */
async function endedNames(): Promise<string[]> {
  await eventually(() => ended.length > 0, {
    what: 'a report of the ended session',
    deadlineMs: STATEMENT_MS / 4,
  });
  return [...new Set(ended.map(({ name }) => name))];
}

const change = { term: 0, kind: 'freeze', reason: 'a test', suspectedMsAgo: null } as const;
const candidate = { id: 'server_2', bootId: 'server_2-a' };

test(
  'a former leader frozen inside its transaction does not block the vote; its session ends and is rolled back',
  async () => {
    const former = await holder(
      'server_1',
      `SELECT 1 FROM leadership FOR SHARE; INSERT INTO replica (id) VALUES ('server_9')`,
    );
    const answer = await storeOf('monitor_1').voteAndElect({ ...change, candidate });
    expect(answer).toMatchObject({ elected: true, leadership: { term: 1, leader: 'server_2' } });
    expect(await endedNames()).toContain('server_1');
    await expect(former.query('COMMIT')).rejects.toThrow();
    expect(await storeOf('monitor_1').adminStates()).toEqual([]);
  },
  STATEMENT_MS / 2,
);

test(
  'a planned move is not blocked either',
  async () => {
    await holder('psql');
    expect(
      await storeOf('monitor_1').move({ ...change, kind: 'planned', candidate }),
    ).toMatchObject({ term: 1 });
  },
  STATEMENT_MS / 2,
);

test(
  'two monitors wait for one lock: only the session that holds it is ended, neither of the votes',
  async () => {
    await holder('server_1');
    const votes = ['monitor_1', 'monitor_2'].map((name) =>
      storeOf(name, MONITORS).voteAndElect({ ...change, candidate }),
    );
    expect((await Promise.all(votes)).map(({ elected }) => elected).toSorted()).toEqual([
      false,
      true,
    ]);
    expect(await endedNames()).toEqual(['server_1']);
  },
  STATEMENT_MS / 2,
);

test('control: a session continues as long as the vote has not waited long enough', async () => {
  const former = await holder('server_1');
  const vote = storeOf('monitor_1', ['monitor_1'], STATEMENT_MS).voteAndElect({
    ...change,
    candidate,
  });
  const isWaiting = async (): Promise<boolean> =>
    (
      await pools[0]?.query(
        `SELECT 1 FROM pg_stat_activity WHERE application_name = 'monitor_1' AND wait_event_type = 'Lock'`,
      )
    )?.rowCount === 1;
  await eventually(isWaiting, {
    what: 'the vote to wait for the lock',
    deadlineMs: STATEMENT_MS / 2,
  });
  await former.query('COMMIT');
  expect((await vote).elected).toBe(true);
  expect(ended).toEqual([]);
});
