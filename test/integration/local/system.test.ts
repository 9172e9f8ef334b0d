/** startSystem: all or nothing, with our own engines or external ones. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../../local/processes/process-tree.js';
import type { ManagedProcess } from '../../../local/processes/processes.js';
import { startSystem, type SystemOptions } from '../../../local/system.js';
import { createTestDatabase } from '../../support/database.js';
import { testRedisUrl, uniquePrefix } from '../../support/redis.js';
import { startTestSystem, stopTestSystem } from '../../support/system.js';

const SMALL = {
  monitors: 1,
  replicas: 1,
  patients: 0,
  gateway: 'simulated',
  ports: 'free',
  supervise: false,
  quick: true,
} as const;

describe('startSystem', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-all-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const refused = async (
    options: Partial<SystemOptions>,
  ): Promise<{ message: string; survivors: number[] }> => {
    const pids = new Set<number>();
    const seen: ManagedProcess[] = [];
    const note = (): void => seen.forEach(({ pid }) => pid !== null && pids.add(pid));
    const attempt = startSystem({
      ...SMALL,
      dataDir: folder,
      env: { NODE_OPTIONS: '' },
      onLine: note,
      onProcess: (process) => seen.push(process),
      ...options,
    });
    const message = await attempt.then(
      () => 'started',
      (error: Error) => error.message,
    );
    return { message, survivors: [...pids].filter(isAlive) };
  };

  it('stops the started parts when a service does not start, and reports the reason', async () => {
    const { message, survivors } = await refused({
      serviceEnv: (name) => (name === 'server_1' ? { LOG_LEVEL: 'loud' } : {}),
    });
    expect(message).toMatch(
      /^server_1 did not start: it ended with code 78\.[^]*LOG_LEVEL must be one of/,
    );
    expect(survivors).toEqual([]);
  });

  it('reports the address that cannot be used, without its password', async () => {
    const { message, survivors } = await refused({
      databaseUrl: 'postgresql://someone:secret@127.0.0.1:1/nothing',
    });
    expect(message).toMatch(
      /^DATABASE_URL \(postgresql:\/\/someone:\*\*\*@127\.0\.0\.1:1\/nothing\) cannot be used: .*ECONNREFUSED/,
    );
    expect(survivors).toEqual([]);
    expect((await refused({ redisUrl: 'redis://127.0.0.1:1' })).message).toMatch(
      /^REDIS_URL \(redis:\/\/127\.0\.0\.1:1\) cannot be used: .*ECONNREFUSED/,
    );
  });

  it('stops starting when it is aborted', async () => {
    const controller = new AbortController();
    const { message, survivors } = await refused({
      signal: controller.signal,
      onProgress: (text) => text.startsWith('Starting monitor') && controller.abort(),
    });
    expect(message).toMatch(/stopped/i);
    expect(survivors).toEqual([]);
  });

  it('uses external engines and starts none', async () => {
    const database = await createTestDatabase();
    const system = await startSystem({
      ...SMALL,
      dataDir: folder,
      databaseUrl: database.url,
      redisUrl: testRedisUrl(),
      env: { NODE_OPTIONS: '', QUEUE_PREFIX: uniquePrefix() },
    });
    try {
      expect(system.postgres).toBeNull();
      expect(system.redis).toBeNull();
      expect(Object.keys(system.pids()).sort()).toEqual(['monitor_1', 'server_1']);
      expect(existsSync(join(folder, 'postgres'))).toBe(false);
    } finally {
      await system.stop();
      await database.drop();
    }
  });

  it('for a process test has every part, each accessible by name', async () => {
    const system = await startTestSystem({ replicas: 2 });
    expect(system.replicas.map(({ name }) => name)).toEqual(['server_1', 'server_2']);
    expect(system.process('gateway')).toBe(system.gateway);
    expect(system.process('postgres')).toBe(system.postgres);
    expect(() => system.process('server_9')).toThrow(/no process server_9/);
    const pids = Object.values(system.pids());
    expect(pids).toHaveLength(7);
    await stopTestSystem(system);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});
