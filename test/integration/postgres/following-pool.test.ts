/**
 * A pool for several hosts, on a real primary and its real streaming standby: freeze, promotion,
 * thaw, and two servers that both claim to be the primary.
 */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { createPrisma } from '../../../patients/records/prisma.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { connectOnce, toPrimaryUrl } from '../../../shared/postgres/hosts/follow.js';
import { createPool, isTransient, type Pool } from '../../../shared/postgres/postgres.js';
import { eventually } from '../../support/eventually.js';
import { SilencingProxy } from '../../support/silencing-proxy.js';
import { ask, makeStandby, startPair, type Pair } from '../../support/standby.js';

const LIMITS = { name: 'test', max: 4, statementTimeoutMs: 2_000, connectTimeoutMs: 1_000 };
let pair: Pair;
let lines: string[] = [];
const pools: Pool[] = [];
const proxies: SilencingProxy[] = [];

const open = (url: string): Pool => {
  const output = { write: (line: string) => void lines.push(line) };
  const pool = createPool({ url, ...LIMITS }, createLogger('test', 'pool', 'info', output));
  pools.push(pool);
  return pool;
};
/** The port of the server that executes a statement of the pool now. */
const portOf = async (pool: Pool): Promise<unknown> =>
  (await pool.query<{ port: number }>('SELECT inet_server_port() AS port')).rows[0]?.port;
const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => null,
    (error: unknown) => error,
  );

beforeAll(async () => {
  pair = await startPair();
});
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()));
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  lines = [];
});
afterAll(() => pair.remove());

test('uses the primary, although the address names the standby first', async () => {
  const pool = open(pair.url);
  expect(await portOf(pool)).toBe(pair.primary.port);
  const prisma = createPrisma(pool);
  await prisma.batch.count();
  expect(await toPrimaryUrl(pair.url)).toBe(pair.primary.toUrl('relevo'));
});

test('sends no statement to a standby alone, and names the reason', async () => {
  const alone = `${pair.standby.toUrl('relevo')}?target_session_attrs=read-write`;
  expect(isTransient(await errorOf(open(alone).query('SELECT 1')))).toBe(true);
  const limits = { connectionTimeoutMillis: 1_000 };
  await expect(connectOnce(alone, limits)).rejects.toThrow(/no server accepts writes/);
});

/** A pool with one address: a proxy that passes new connections on to `target`. */
async function openProxied(target: () => number): Promise<Pool> {
  const proxy = await SilencingProxy.open(target);
  proxies.push(proxy);
  const url = new URL(pair.primary.toUrl('relevo'));
  url.port = String(proxy.port);
  return open(`${url.href}?target_session_attrs=read-write`);
}

test('leaves a frozen primary for the promoted standby, and does not return after the thaw', async () => {
  const following = open(pair.url);
  const plain = open(pair.primary.toUrl('relevo'));
  let target = pair.primary.port;
  const proxied = await openProxied(() => target);
  // A connection of each pool to the present primary. The proxy keeps its own.
  for (const pool of [following, plain, proxied])
    expect(await portOf(pool)).toBe(pair.primary.port);
  pair.primary.freeze();
  expect(isTransient(await errorOf(following.query('SELECT 1')))).toBe(true);
  await ask(pair.standby, 'SELECT pg_promote(true)');
  await eventually(() => portOf(following).then((port) => port === pair.standby.port), {
    what: 'the pool reaches the promoted server',
  });
  target = pair.standby.port;
  await eventually(() => lines.filter((line) => /"timeline":2/.test(line)).length >= 2, {
    what: 'both pools know the new primary',
  });
  pair.primary.thaw();
  // The former primary answers again, and accepts writes: the control has no other address.
  await eventually(() => portOf(plain).then((port) => port === pair.primary.port), {
    what: 'the former primary answers',
  });
  expect(await ask(pair.primary, 'SELECT pg_is_in_recovery()')).toBe(false);
  expect(await portOf(proxied)).toBe(pair.standby.port);
  const fresh = open(pair.url);
  const ports = await Promise.all(
    Array.from({ length: 40 }, (_, index) => portOf(index % 2 === 0 ? following : fresh)),
  );
  expect(new Set(ports)).toEqual(new Set([pair.standby.port]));
});

test('sends no statement while two servers claim the same timeline', async () => {
  const pool = open(pair.url);
  expect(await portOf(pool)).toBe(pair.standby.port);
  await pair.primary.stop();
  makeStandby(join(pair.folder, 'a'));
  await pair.primary.start();
  await ask(pair.primary, 'SELECT pg_promote(true)');
  await eventually(() => errorOf(pool.query('SELECT 1')), { what: 'the pool refuses' });
  expect(isTransient(await errorOf(pool.query('SELECT 1')))).toBe(true);
  expect(lines.join('')).toMatch(/claim to be the primary of timeline 2/);
  await pair.primary.stop();
  await eventually(() => portOf(pool).then((port) => port === pair.standby.port), {
    what: 'the pool works again when one of them is gone',
  });
});
