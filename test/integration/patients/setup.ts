/** Patients instances in this process, with a separate database and queue prefix. */
import { startPatients, type RunningPatients } from '../../../patients/start.js';
import { loadPatientsConfig } from '../../../patients/config.js';
import { freePort } from '../../../local/processes/ports.js';
import type { Problem } from '../../../shared/errors.js';
import type { Pool } from '../../../shared/postgres/postgres.js';
import { createTestDatabase } from '../../support/database.js';
import { keptLogger } from '../../support/kept-logger.js';
import { testRedisUrl, uniquePrefix } from '../../support/redis.js';
import { createTestPool } from '../../support/pool.js';

export const PATIENT = '00000000-0000-4000-8000-000000000001';
export const TOKENS = {
  API_TOKEN: 'api-token',
  OPERATOR_TOKEN: 'operator-token',
  INTERNAL_TOKEN: 'internal-token',
};
export const PAYMENT = { patientId: PATIENT, amountMinor: 15_000, currency: 'USD' };

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
}

export interface Setup {
  databaseUrl: string;
  redisUrl: string;
  prefix: string;
  pool: Pool;
  /** Starts an instance; `end` stops it. */
  start(env?: NodeJS.ProcessEnv): Promise<RunningPatients>;
  end(): Promise<void>;
}

export async function createSetup(): Promise<Setup> {
  const database = await createTestDatabase();
  const pool = createTestPool(database.url);
  const running: RunningPatients[] = [];
  const setup = {
    databaseUrl: database.url,
    redisUrl: testRedisUrl(),
    prefix: uniquePrefix(),
    pool,
  };
  return {
    ...setup,
    async start(env = {}) {
      const engines = {
        DATABASE_URL: setup.databaseUrl,
        REDIS_URL: setup.redisUrl,
        QUEUE_PREFIX: setup.prefix,
      };
      // The clients share the process of the instance: their work must not count as its overload.
      const guard = { OVERLOAD_TURN_MS: '0' };
      const own = { ...TOKENS, ...guard, PORT: String(await freePort()) };
      const config = loadPatientsConfig({ ...engines, ...own, ...env });
      const instance = await startPatients(config, keptLogger(config.id));
      running.push(instance);
      return instance;
    },
    async end() {
      await Promise.all(running.map((instance) => instance.stop()));
      await pool.end();
      await database.drop();
    },
  };
}

export interface CallOptions {
  method?: string;
  token?: string | null;
  headers?: Record<string, string>;
  /** Sent as JSON; a string is sent unchanged. */
  body?: unknown;
  signal?: AbortSignal;
}

export async function call(url: string, options: CallOptions = {}): Promise<Answered> {
  const { token = TOKENS.API_TOKEN, body, signal } = options;
  const response = await fetch(url, {
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : null,
  };
}

/** The stable code of a problem document. */
export const codeOf = (answered: Answered): string =>
  (answered.body as ReturnType<Problem['toJSON']>)['code'] as string;

export async function countRows(pool: Pool, table: 'payment' | 'batch'): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*) AS count FROM ${table}`);
  return rows[0]?.count ?? -1;
}
