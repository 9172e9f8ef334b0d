/**
 * Our PostgreSQL and Redis as real servers: data survives crashes, a frozen tree resumes
 * completely, and wiping deletes the data.
 */
import { execFile } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import pg from 'pg';
import { freePort } from '../../../local/processes/ports.js';
import {
  ensureDatabase,
  preparePostgres,
  type PostgresServer,
} from '../../../local/engines/postgres.js';
import { findDescendants, isAlive } from '../../../local/processes/process-tree.js';
import { prepareRedis } from '../../../local/engines/redis.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-engines-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('our PostgreSQL', () => {
  let server: PostgresServer;
  let url: string;
  beforeAll(async () => {
    server = await preparePostgres({
      dataDir: join(folder, 'postgres'),
      port: await freePort(),
      quick: true,
    });
    await server.start();
    url = await ensureDatabase(server, 'kept');
    await query(url, "CREATE TABLE note (text text); INSERT INTO note VALUES ('before')");
  });
  afterAll(() => server.stop());

  it('requires its password and is durable by default', async () => {
    await expect(query(url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(
      /password authentication failed/,
    );
    expect(await query(url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
    expect(await query(url, 'SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
    expect(statSync(join(folder, 'postgres/relevo.password')).mode & 0o777).toBe(0o600);
  });

  it('creates a database once', async () => {
    expect(await ensureDatabase(server, 'kept')).toBe(url);
    expect(await query(url, 'SELECT text FROM note')).toEqual([{ text: 'before' }]);
  });

  it('killed with -9 leaves no process and finds its data again', async () => {
    const everybody = findDescendants(server.pid ?? 0);
    expect(everybody.length).toBeGreaterThan(2);
    server.kill();
    await server.exited;
    await server.start();
    expect(everybody.some(isAlive)).toBe(false);
    expect(await query(url, 'SELECT text FROM note')).toEqual([{ text: 'before' }]);
  });

  it('holds every connection while frozen and continues after the thaw; starts again after it was frozen and killed', async () => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    server.freeze();
    let answered = false;
    const answer = client.query('SELECT 1').then(() => (answered = true));
    const late = new pg.Client({ connectionString: url, connectionTimeoutMillis: 300 });
    late.on('error', () => undefined);
    await expect(late.connect()).rejects.toThrow(/timeout/);
    expect(answered).toBe(false);
    server.thaw();
    await answer;
    await client.end();
    server.freeze();
    server.kill();
    await server.exited;
    await server.start();
    expect(await query(url, 'SELECT text FROM note')).toHaveLength(1);
  });

  it('restarts gracefully', async () => {
    const former = server.exited;
    await server.restart();
    expect(await former).toEqual({ code: 0, signal: null, asked: true });
    expect(await query(url, 'SELECT text FROM note')).toHaveLength(1);
  });

  it('refuses the data of another version, and a folder without a cluster, in one sentence', async () => {
    const newer = join(folder, 'newer');
    mkdirSync(newer);
    writeFileSync(join(newer, 'PG_VERSION'), '99\n');
    await expect(preparePostgres({ dataDir: newer, port: 1 })).rejects.toThrow(
      /is of PostgreSQL 99 and this is PostgreSQL 18/,
    );
    const other = join(folder, 'other');
    mkdirSync(other);
    appendFileSync(join(other, 'letter.txt'), 'dear');
    await expect(preparePostgres({ dataDir: other, port: 1 })).rejects.toThrow(
      /is not a PostgreSQL data directory/,
    );
    expect(readFileSync(join(other, 'letter.txt'), 'utf8')).toBe('dear');
  });
});

/** The command line, which any user of the machine can read. */
const commandLineOf = async (pid: number): Promise<string> =>
  (await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)])).stdout;

describe('our Redis', () => {
  it('keeps its data after a kill, and loses it when wiped', async () => {
    const server = prepareRedis({ dataDir: join(folder, 'redis'), port: await freePort() });
    const withClient = async <T>(use: (redis: Redis) => Promise<T>): Promise<T> => {
      const redis = new Redis(server.address, { maxRetriesPerRequest: 0 });
      redis.on('error', () => undefined);
      await new Promise((resolve) => redis.once('ready', resolve));
      return use(redis).finally(() => redis.disconnect());
    };
    try {
      await server.start();
      await withClient((redis) => redis.set('key', 'kept'));
      expect(() => server.wipe()).toThrow(/is running/);
      server.kill();
      await server.exited;
      await server.start();
      expect(await withClient((redis) => redis.get('key'))).toBe('kept');
      expect(await withClient((redis) => redis.config('GET', 'maxmemory-policy'))).toEqual([
        'maxmemory-policy',
        'noeviction',
      ]);
      server.kill();
      await server.exited;
      server.wipe();
      expect(existsSync(join(folder, 'redis/appendonlydir'))).toBe(false);
      await server.start();
      expect(await withClient((redis) => redis.get('key'))).toBeNull();
    } finally {
      await server.stop();
    }
  });

  it('refuses clients without the password, and no other user of the machine can read the password', async () => {
    const dataDir = join(folder, 'locked-redis');
    const server = prepareRedis({ dataDir, port: await freePort() });
    const ask = async (url: string): Promise<string> => {
      const redis = new Redis(url, {
        lazyConnect: true,
        maxRetriesPerRequest: 0,
        retryStrategy: () => null,
        enableReadyCheck: false,
      });
      redis.on('error', () => undefined); // The rejected command reports the error.
      try {
        await redis.connect();
        return await redis.ping();
      } catch (error) {
        return (error as Error).message;
      } finally {
        redis.disconnect();
      }
    };
    try {
      await server.start();
      const { password } = new URL(server.address);
      expect(await ask(server.address)).toBe('PONG');
      // ioredis closes the connection at the first refusal.
      expect(await ask(server.url)).not.toBe('PONG');
      expect(await commandLineOf(server.pid ?? 0)).not.toContain(password);
      for (const file of ['relevo.password', 'relevo.conf']) {
        expect(readFileSync(join(dataDir, file), 'utf8')).toContain(password);
        expect(statSync(join(dataDir, file)).mode & 0o777).toBe(0o600);
      }
      // The folder keeps its password.
      expect(prepareRedis({ dataDir, port: 1 }).address).toContain(password);
    } finally {
      await server.stop();
    }
  });
});
