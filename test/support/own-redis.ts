/**
 * A separate Redis for tests that kill or misuse the server, because several files share the Redis
 * of the test run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../local/processes/ports.js';
import { prepareRedis, type RedisServer } from '../../local/engines/redis.js';

export interface OwnRedis {
  server: RedisServer;
  url: string;
  /** Sends SIGKILL; the data stay. */
  kill(): Promise<void>;
  /** Ends the server and deletes its data. */
  remove(): Promise<void>;
}

/** Starts a Redis. */
export async function startOwnRedis(): Promise<OwnRedis> {
  const dataDir = mkdtempSync(join(tmpdir(), 'relevo-redis-'));
  const server = prepareRedis({ dataDir, port: await freePort() });
  await server.start();
  const kill = async (): Promise<void> => {
    server.kill('SIGKILL');
    await server.exited;
  };
  return {
    server,
    url: server.address,
    kill,
    remove: async () => {
      if (server.pid !== null) await kill();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
