/**
 * Checks PostgreSQL, when an address is known: reachable, writable, migrated, its clock equal to
 * ours, and no accepted payment waiting too long.
 */
import type pg from 'pg';
import { stripPassword } from '../../local/processes/address.js';
import { pendingMigrations, readMigrations, type AppliedRow } from '../../local/engines/migrate.js';
import { WRITE_PROBE } from '../../shared/write-probes.js';
import { atLeast } from '../../shared/version.js';
import { judgeOffsets, measureOffset, type Offset } from './clock.js';
import { ok, problem, warning, type Check, type Finding } from './finding.js';

/**
 * The reason why PostgreSQL refuses a write: it is a standby, a setting forbids writes, or the
 * message of the server.
 */
type Refusal = { by: 'standby' | 'setting' } | { by: 'other'; message: string };

export interface DatabaseFacts {
  /** Without the password. */
  url: string;
  /** Why the database is unusable; null: it is usable. */
  failure: string | null;
  version: string;
  /** Why it refuses writes; null: it is writable. */
  readOnly: Refusal | null;
  /**
   * Number of migrations of this checkout that it lacks; a text when database and checkout do not
   * match.
   */
  pending: number | string;
  backlog: { payments: number; oldestMs: number };
  offset: Offset | null;
  /** Whether our system currently uses it. */
  running: boolean;
}

const OLDEST_POSTGRES = [14] as const;
const SLOW_MS = 10_000;
const STUCK_MS = 60_000;

function judgeMigrations(pending: number | string, running: boolean): Finding {
  if (typeof pending === 'string')
    return problem(
      'migrations',
      pending,
      'RELEVO_DATA=~/relevo-data npm start   (other data), or check out the matching version',
    );
  if (pending === 0) return ok('migrations', 'all applied');
  if (!running) return ok('migrations', `${pending} pending; the next start applies them`);
  return warning(
    'migrations',
    `${pending} of this checkout are not applied: the running system is older.`,
    'npm stop && npm start',
  );
}

function judgeBacklog({ payments, oldestMs }: DatabaseFacts['backlog']): Finding {
  const says =
    payments === 0
      ? 'no payment waits'
      : `${payments} payments wait, the oldest for ${(oldestMs / 1_000).toFixed(1)} s`;
  if (payments === 0 || oldestMs < SLOW_MS) return ok('backlog', says);
  return (oldestMs < STUCK_MS ? warning : problem)(
    'backlog',
    `${says}.`,
    'npx relevo status   (is there a leader?), then read the log of the leader',
  );
}

function judgeWrites(refusal: Refusal | null): Finding[] {
  if (refusal === null) return [];
  if (refusal.by === 'standby') {
    return [
      problem(
        'database',
        'It is read-only: this server is a standby.',
        'export DATABASE_URL=…?target_session_attrs=read-write   (all hosts, or the primary alone)',
      ),
    ];
  }
  if (refusal.by === 'other')
    return [
      problem(
        'database',
        `It refuses writes: ${refusal.message}.`,
        'psql "$DATABASE_URL"   (rights of the role? disk of the server?)',
      ),
    ];
  return [
    problem(
      'database',
      'It is read-only: default_transaction_read_only is on.',
      `psql "$DATABASE_URL" -c 'show default_transaction_read_only'   (then: alter database … reset, or alter system reset, default_transaction_read_only)`,
    ),
  ];
}

export function judgeDatabase({
  url,
  failure,
  version,
  readOnly,
  pending,
  backlog,
  offset,
  running,
}: DatabaseFacts): Finding[] {
  if (failure !== null) {
    return [
      problem(
        'database',
        `${url} cannot be used: ${failure}.`,
        running
          ? 'npm stop && npm start'
          : 'psql "$DATABASE_URL"   (correct DATABASE_URL, or unset it)',
      ),
    ];
  }
  const old = !atLeast(version, OLDEST_POSTGRES);
  return [
    old
      ? problem(
          'database',
          `PostgreSQL ${version} is too old; version ${OLDEST_POSTGRES[0]} or newer is required.`,
          'unset DATABASE_URL',
        )
      : ok('database', `PostgreSQL ${version}, ${url}`),
    ...judgeWrites(readOnly),
    judgeMigrations(pending, running),
    ...(running ? [judgeBacklog(backlog)] : []),
    ...(offset ? judgeOffsets([offset]) : []),
  ];
}

type Row = Record<string, unknown>;
const one = async (client: pg.Client, sql: string): Promise<Row> =>
  (await client.query<Row>(sql)).rows[0] ?? {};

/**
 * Tests a write. A database without our tables is only asked for the setting that refuses writes.
 */
async function tryWrite(client: pg.Client): Promise<Refusal | null> {
  const { standby, setting, migrated } = await one(
    client,
    "SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS setting, to_regclass('leadership') IS NOT NULL AS migrated",
  );
  if (standby === true) return { by: 'standby' };
  if (setting === true) return { by: 'setting' };
  if (migrated !== true) return null;
  return client.query(WRITE_PROBE).then(
    () => null,
    (error: Error) => ({ by: 'other', message: error.message }) as const,
  );
}

async function readPending(client: pg.Client): Promise<number | string> {
  try {
    const { there } = await one(
      client,
      "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there",
    );
    if (there !== true) return readMigrations().length;
    const { rows } = await client.query<AppliedRow>(
      'SELECT migration_name, checksum, finished_at, rolled_back_at FROM _prisma_migrations',
    );
    return pendingMigrations(rows, readMigrations()).length;
  } catch (error) {
    return (error as Error).message;
  }
}

async function readBacklog(client: pg.Client): Promise<DatabaseFacts['backlog']> {
  const row = await one(
    client,
    "SELECT count(*)::int AS payments, coalesce(extract(epoch FROM clock_timestamp() - min(accepted_at)) * 1000, 0)::float8 AS oldest FROM payment WHERE status = 'PENDING'",
  );
  return { payments: Number(row['payments']), oldestMs: Number(row['oldest']) };
}

const TIMEOUT_MS = 4_000;

async function readFacts(url: string, running: boolean): Promise<DatabaseFacts> {
  const { connectOnce } = await import('../../shared/postgres/hosts/follow.js');
  let client: pg.Client | null = null;
  const facts: DatabaseFacts = {
    url: stripPassword(url),
    failure: null,
    version: '',
    readOnly: null,
    pending: 0,
    backlog: { payments: 0, oldestMs: 0 },
    offset: null,
    running,
  };
  try {
    client = await connectOnce(url, {
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
    });
    const connection = client;
    const { server_version: version } = await one(connection, 'SHOW server_version');
    const wall = async (): Promise<number> =>
      Number(
        (
          await one(
            connection,
            'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now',
          )
        )['now'],
      );
    return {
      ...facts,
      version: String(version).split(' ')[0] ?? '',
      readOnly: await tryWrite(client),
      pending: await readPending(client),
      backlog: running ? await readBacklog(client) : facts.backlog,
      offset: await measureOffset('PostgreSQL', wall),
    };
  } catch (error) {
    return {
      ...facts,
      failure: (error as Error).message || String((error as NodeJS.ErrnoException).code),
    };
  } finally {
    await client?.end().catch(() => undefined);
  }
}

export const databaseCheck: Check = {
  name: 'database',
  async look({ config, running }) {
    const url = running?.system?.databaseUrl ?? config.databaseUrl;
    return url === undefined ? [] : judgeDatabase(await readFacts(url, Boolean(running?.system)));
  },
};
