/**
 * Settings of a connection that our statements rely on. A database or a role may have other defaults (`ALTER DATABASE … SET`), and
 * the environment may name further ones (`PGOPTIONS`): neither counts. The address alone says where to connect and how.
 */
import type pg from 'pg';

/** Any role may set these, so they are part of the connection's start; they win over the settings of the database and of the role. */
const PINNED = {
  DateStyle: 'ISO,MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  // The decision about a settled bill, and the order of acceptance, read what was committed while they waited for a lock.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  row_security: 'on',
  // Each pool has its own limit for a statement; a limit of the role would end a long migration, or a leader that waits for its turn.
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
} as const;

const escaped = (value: string): string => value.replace(/[\\ ]/g, '\\$&');
const optionsOf = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings).map(([name, value]) => `-c ${name}=${escaped(value)}`).join(' ');
const PINNED_OPTIONS = optionsOf(PINNED);

/** Where the tables are when the address does not say. */
const USUAL_SCHEMA = 'public';

/** The schema that an address names as Prisma does, `?schema=hospital`; null: it names none. */
export const statedSchema = (url: string): string | null => new URLSearchParams(url.split('?', 2)[1]).get('schema') || null;
/** The schema with our tables. The address alone decides: the `search_path` of a role or of a database does not count. */
export const schemaOf = (url: string): string => statedSchema(url) ?? USUAL_SCHEMA;

const searchPath = (schema: string): string => (schema === USUAL_SCHEMA ? schema : `"${schema.replaceAll('"', '""')}"`);

/**
 * Run once on every new connection of a pool. A commit is at least durable here, and a stricter value stays. Only a superuser may set
 * the role of replication: a role that cannot put it right gets no connection, because its writes would skip our triggers. A setting that
 * this version of PostgreSQL does not know is left out.
 */
export const GUARD_SETTINGS = `
SELECT set_config(name, wanted, false)
  FROM (VALUES ('synchronous_commit', 'on', ARRAY['off', 'local', 'remote_write']),
               ('session_replication_role', 'origin', ARRAY['replica', 'local']),
               ('transaction_timeout', '0', NULL)) AS guarded (name, wanted, weaker)
 WHERE current_setting(name, true) = ANY (weaker) OR (weaker IS NULL AND current_setting(name, true) <> wanted)`;

/** Variables of libpq, which the driver and PostgreSQL's programs read. */
const LIBPQ_VARIABLE = /^PG[A-Z]/;

/** Removes the variables of libpq from our environment and so from that of every process that we start. */
export function forgetPgVariables(environment: NodeJS.ProcessEnv = process.env): void {
  Object.keys(environment).filter((name) => LIBPQ_VARIABLE.test(name)).forEach((name) => Reflect.deleteProperty(environment, name));
}

/** The driver takes the options of an address instead of ours, never both, so they are taken out of the address. */
function takeOptions(url: string): { address: string; own: string[] } {
  const [base = '', query] = url.split('?', 2);
  const search = new URLSearchParams(query);
  const own = search.getAll('options');
  if (own.length === 0) return { address: url, own };
  search.delete('options');
  return { address: search.size === 0 ? base : `${base}?${search.toString()}`, own };
}

/**
 * What every client and pool of PostgreSQL is made with.
 * @param settings further ones, as the server's command line has them: `-c enable_seqscan=off`.
 */
export function connectionTo(url: string, settings = ''): Pick<pg.ClientConfig, 'connectionString' | 'options' | 'ssl'> {
  forgetPgVariables();
  const { address, own } = takeOptions(url);
  return { connectionString: address, options: [...own, PINNED_OPTIONS, optionsOf({ search_path: searchPath(schemaOf(url)) }), settings].join(' ').trim(), ssl: false };
}
