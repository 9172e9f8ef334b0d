/**
 * Connection settings that our statements rely on. They override defaults of the database and the
 * role (`ALTER DATABASE … SET`) and the environment (`PGOPTIONS`). Only the address decides where
 * and how to connect.
 */
import type pg from 'pg';
import { toFirstHostUrl } from './hosts/host-list.js';

/**
 * Any role may set these, so they are sent at connection start. They override the settings of the
 * database and of the role.
 */
const PINNED = {
  DateStyle: 'ISO,MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  // The decision about a settled bill, and the order of acceptance, must see rows committed during
  // the wait for a lock.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  row_security: 'on',
  // Each pool limits its own statements. A limit of the role would abort a long migration, or a
  // leader that waits for its turn.
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
} as const;

const escapeValue = (value: string): string => value.replace(/[\\ ]/g, '\\$&');
const optionsOf = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${escapeValue(value)}`)
    .join(' ');
const PINNED_OPTIONS = optionsOf(PINNED);

/** The schema of the tables when the address names none. */
const USUAL_SCHEMA = 'public';

/** The schema in an address, in Prisma's form `?schema=hospital`; null: the address names none. */
export const getStatedSchema = (url: string): string | null =>
  new URLSearchParams(url.split('?', 2)[1]).get('schema') || null;
/**
 * The schema of our tables. Only the address decides; the `search_path` of a role or a database
 * does not count.
 */
export const schemaOf = (url: string): string => getStatedSchema(url) ?? USUAL_SCHEMA;

const searchPath = (schema: string): string =>
  schema === USUAL_SCHEMA ? schema : `"${schema.replaceAll('"', '""')}"`;

/**
 * Run once on every new connection of a pool. Raises `synchronous_commit` to at least `on`; a
 * stricter value stays. Only a superuser may set the replication role: a role that has a weaker one
 * and cannot change it gets no connection, because its writes would skip our triggers. A setting
 * unknown to this version of PostgreSQL is skipped.
 */
export const GUARD_SETTINGS = `
SELECT set_config(name, wanted, false)
  FROM (VALUES ('synchronous_commit', 'on', ARRAY['off', 'local', 'remote_write']),
               ('session_replication_role', 'origin', ARRAY['replica', 'local']),
               ('transaction_timeout', '0', NULL)) AS guarded (name, wanted, weaker)
 WHERE current_setting(name, true) = ANY (weaker) OR (weaker IS NULL AND current_setting(name, true) <> wanted)`;

/** Variables of libpq, which the driver and PostgreSQL's programs read. */
const LIBPQ_VARIABLE = /^PG[A-Z]/;

/**
 * Removes the libpq variables from our environment, and so from the environment of every child
 * process.
 */
export function forgetPgVariables(environment: NodeJS.ProcessEnv = process.env): void {
  Object.keys(environment)
    .filter((name) => LIBPQ_VARIABLE.test(name))
    .forEach((name) => Reflect.deleteProperty(environment, name));
}

/**
 * The driver uses either the options in the address or ours, never both, so this removes them from
 * the address.
 */
function takeOptions(url: string): { address: string; own: string[] } {
  const [base = '', query] = url.split('?', 2);
  const search = new URLSearchParams(query);
  const own = search.getAll('options');
  if (own.length === 0) return { address: url, own };
  search.delete('options');
  return { address: search.size === 0 ? base : `${base}?${search.toString()}`, own };
}

/**
 * The settings for every PostgreSQL client and pool. Of an address with several hosts they name the
 * first one: `hosts/follow.ts` connects to the primary instead.
 * @param settings further ones, in the form of the server's command line: `-c enable_seqscan=off`.
 */
export function connectionTo(
  url: string,
  settings = '',
): Pick<pg.ClientConfig, 'connectionString' | 'options' | 'ssl'> {
  forgetPgVariables();
  const { address, own } = takeOptions(toFirstHostUrl(url));
  return {
    connectionString: address,
    options: [
      ...own,
      PINNED_OPTIONS,
      optionsOf({ search_path: searchPath(schemaOf(url)) }),
      settings,
    ]
      .join(' ')
      .trim(),
    ssl: false,
  };
}
