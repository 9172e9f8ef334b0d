/**
 * Connections to PostgreSQL. `bigint` columns (seq, term, amounts) are parsed as numbers: all of
 * ours stay far below 2^53. Every pool has an error listener; without one the process would exit
 * when the server stops.
 */
import { types as kinds } from 'node:util';
import pg from 'pg';
import { connectionTo, GUARD_SETTINGS } from './connection-settings.js';
import { openPool } from './hosts/follow.js';
import type { Logger } from '../observability/logger.js';

const INT8 = 20;
const INT8_ARRAY = 1016;
const UUID_ARRAY = 2951;
const TIMESTAMPTZ = 1184;

type Parser = (text: string) => unknown;
const standardParser = pg.types.getTypeParser as (oid: number, format?: string) => Parser;

/**
 * Timestamps of a server in UTC are parsed by the JavaScript engine, ten times as fast as piece by
 * piece.
 */
const parseTime: Parser = (text) =>
  /^\d{4}-\d\d-\d\d .*\+00$/.test(text)
    ? new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`)
    : standardParser(TIMESTAMPTZ)(text);

/** Of an array whose elements need no quotes. */
const splitArray = (text: string): string[] => (text === '{}' ? [] : text.slice(1, -1).split(','));

const parsers: Readonly<Record<number, Parser>> = {
  [INT8]: Number,
  [TIMESTAMPTZ]: parseTime,
  [INT8_ARRAY]: (text) =>
    splitArray(text).map((element) => (element === 'NULL' ? null : Number(element))),
  [UUID_ARRAY]: splitArray,
};
const types = {
  getTypeParser: (oid: number, format?: string): Parser =>
    parsers[oid] ?? standardParser(oid, format),
} as pg.CustomTypesConfig;

/**
 * A parameter of an array type whose elements need no quotes: uuids, numbers, booleans, names of an
 * enumeration.
 */
export const plainArray = (values: readonly (string | number | boolean)[]): string =>
  `{${values.join(',')}}`;

const quoteText = (text: string): string =>
  `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;

/**
 * A parameter of type `text[]`. Same text as the driver's, without its two replacements per
 * element.
 */
export const textArray = (values: readonly (string | null)[]): string =>
  `{${values.map((text) => (text === null ? 'NULL' : quoteText(text))).join(',')}}`;

export interface PoolOptions {
  /** One host, or several with `target_session_attrs=read-write`. */
  url: string;
  /** Name in `pg_stat_activity`. */
  name: string;
  /** Largest number of connections. */
  max: number;
  /** A statement that takes longer is cancelled, in ms. */
  statementTimeoutMs: number;
  /** Longest wait for a connection. Default: 2,000 ms. */
  connectTimeoutMs?: number;
  /**
   * Settings of every connection, in the form of the server's command line: `-c
   * enable_seqscan=off`.
   */
  settings?: string;
  /**
   * Awaited on every new connection before its first use. When it rejects, the call that needed the
   * connection rejects too.
   */
  onConnect?: (connection: Queryable) => Promise<void>;
}

export type Pool = pg.Pool;

/** The part of a pool or a connection that the statements in `ledger.ts` need. */
export type Queryable = Pick<pg.Pool, 'query'>;

/** Prepares a new connection. When a statement fails, the pool does not use the connection. */
async function prepareConnection(connection: Queryable, { onConnect }: PoolOptions): Promise<void> {
  await connection.query(GUARD_SETTINGS);
  await onConnect?.(connection);
}

/** Longest wait for a connection, in ms. */
const CONNECT_MS = 2_000;

/**
 * A pool that connects to the primary when the address names several hosts (`hosts/follow.ts`). The
 * caller ends it.
 */
export function createPool(options: PoolOptions, logger: Logger): Pool {
  const config: pg.PoolConfig = {
    ...connectionTo(options.url, options.settings),
    application_name: options.name,
    max: options.max,
    statement_timeout: options.statementTimeoutMs,
    // The server may be frozen instead of stopped; then only this timer ends the wait.
    query_timeout: options.statementTimeoutMs + 500,
    connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_MS,
    keepAlive: true,
    types,
  };
  const prepare = (connection: Queryable): Promise<void> => prepareConnection(connection, options);
  const pool = openPool({ url: options.url, config, prepare, logger });
  pool.on('error', (error) => logger.warn({ err: error }, 'lost an idle connection to PostgreSQL'));
  return pool;
}

/**
 * SQLSTATE: connection, resources, operator, system error, a read-only server, a transaction that
 * lost against another one. System error codes: a network, host, name, address or file handle that
 * is temporarily unavailable.
 */
const TRANSIENT_STATE = /^(08...|53...|57P..|58...|25006|40001|40P01|55P03)$/;
const TRANSIENT_ERRNO =
  /^(ECONN[A-Z]+|ENET[A-Z]+|EHOST[A-Z]+|EAI_[A-Z]+|EADDRNOTAVAIL|EPIPE|ETIMEDOUT|ENOTFOUND|ENOTCONN|ESHUTDOWN|EMFILE|ENFILE|ENOBUFS)$/;
const TRANSIENT_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|^timeout expired$|Query read timeout|connection error and is not queryable/i;

/**
 * Whether the same statement may succeed on retry. A time-out means an unknown result: only
 * repeatable statements may be retried.
 */
export function isTransient(error: unknown): boolean {
  // Not `instanceof`: an error of a socket belongs to another realm than a test's sandbox.
  if (!kinds.isNativeError(error)) return false;
  const { code, errors } = error as Error & { code?: unknown; errors?: unknown };
  if (code === '57014') return true; // statement_timeout
  // AggregateError: all addresses were tried.
  if (Array.isArray(errors)) return errors.some(isTransient);
  return (
    (typeof code === 'string' && (TRANSIENT_STATE.test(code) || TRANSIENT_ERRNO.test(code))) ||
    TRANSIENT_MESSAGE.test(error.message)
  );
}

const sqlState = (error: unknown): string | null => {
  const { code, severity } = (kinds.isNativeError(error) ? error : {}) as {
    code?: unknown;
    severity?: unknown;
  };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && typeof severity === 'string'
    ? code
    : null;
};

/**
 * Whether the server returned the error: the statement reached the server, so this process works.
 */
export const isFromServer = (error: unknown): boolean => sqlState(error) !== null;

/** Whether a lock was not available within `lock_timeout`. */
export const isLockTimeout = (error: unknown): boolean => sqlState(error) === '55P03';

/**
 * SQLSTATE classes that blame the data of a statement: without the bad row the same statement may
 * succeed.
 */
const REFUSED = /^(09|21|22|23|27|38|39|44|54|P0|XX)/;

/** Whether the server refuses this statement because of its data, and would refuse it again. */
export const isRefused = (error: unknown): boolean => REFUSED.test(sqlState(error) ?? '');

/**
 * The reason in printable, bounded text. The server's message may quote the row, so only the code
 * and the constraint are included.
 */
export function describeRefusal(error: unknown): string {
  const { constraint } = error as { constraint?: unknown };
  const name =
    typeof constraint === 'string'
      ? `, constraint ${constraint.replace(/[^\w]/g, '?').slice(0, 63)}`
      : '';
  return `the database refuses the row: SQLSTATE ${sqlState(error) ?? 'unknown'}${name}`;
}
