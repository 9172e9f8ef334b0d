/**
 * `npm test [-- arguments for Jest]`: one PostgreSQL and one Redis of its own on free ports in a temporary folder, then Jest.
 * A plain word selects a folder: `npm test -- unit`. Unit tests need no engines and get none.
 * Programs that only the selected tests need (a browser, Prometheus) are provided first, see setup/test-tools.mjs.
 * Tests find TEST_POSTGRES_URL (a superuser's address) and TEST_REDIS_URL; new databases are copies of `relevo_template`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMain, StartError } from './fail.js';
import { migrate } from './migrate.js';
import { freePort } from './ports.js';
import { ensureDatabase, preparePostgres, type PostgresServer } from './postgres.js';
import { prepareRedis, type RedisServer } from './redis.js';
import { ROOT } from './root.js';
import { seedDatabase } from './seed.js';
import { provideTestTools } from './setup/test-tools.mjs';
import { jestArguments, needsEngines, selectedTests } from './test-arguments.js';

interface Engines {
  postgres: PostgresServer;
  redis: RedisServer;
  env: Record<string, string>;
}

/** Tests kill processes, not machines: what the kernel has is safe, so nothing waits for the disk. */
const IN_MEMORY = { fsync: 'off', full_page_writes: 'off', max_connections: '400', max_wal_size: '256MB' };

async function startEngines(folder: string): Promise<Engines> {
  const postgres = await preparePostgres({ dataDir: join(folder, 'postgres'), port: await freePort(), quick: true, settings: IN_MEMORY });
  const redis = prepareRedis({ dataDir: join(folder, 'redis'), port: await freePort() });
  await Promise.all([postgres.start(), redis.start()]);
  const template = await ensureDatabase(postgres, 'relevo_template');
  await migrate(template);
  await seedDatabase(template);
  return { postgres, redis, env: { TEST_POSTGRES_URL: postgres.urlOf('postgres'), TEST_REDIS_URL: redis.address } };
}

/** Runs Jest to its end. @returns its exit code. */
function runJest(args: readonly string[], env: Record<string, string>): Promise<number> {
  const nodeOptions = `${process.env['NODE_OPTIONS'] ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`.trim();
  const jest = spawn(process.execPath, [join(ROOT, 'node_modules/jest/bin/jest.js'), ...args], {
    stdio: 'inherit',
    cwd: ROOT,
    env: { ...process.env, ...env, NODE_OPTIONS: nodeOptions },
  });
  // Ctrl-C reaches Jest from the terminal; a signal sent to us alone is passed on. Either way Jest ends first, then the engines.
  process.on('SIGINT', () => undefined);
  for (const name of ['SIGTERM', 'SIGHUP'] as const) process.on(name, () => jest.kill(name));
  return new Promise((resolve) => {
    jest.once('exit', (code, by) => resolve(code ?? 128 + (by ? constants.signals[by] : 0)));
  });
}

/** A browser, Prometheus: what the selected tests need beyond the engines. @throws StartError in CI, when one cannot be had. */
async function provideTools(args: readonly string[]): Promise<void> {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'));
  const selected = selectedTests(args, files.map((name) => `test/${name}`));
  await provideTestTools(ROOT, selected, process.env['CI'] === 'true').catch((error: Error) => {
    throw new StartError(error.message);
  });
}

async function main(): Promise<number> {
  const words = process.argv.slice(2);
  const args = jestArguments(words, (path) => existsSync(join(ROOT, path)));
  await provideTools(args);
  if (!needsEngines(words)) return runJest(args, {});
  // What tests write goes below it too, so that nothing stays behind when they are interrupted.
  const folder = mkdtempSync(join(tmpdir(), 'relevo-test-'));
  let engines: Engines | null = null;
  try {
    engines = await startEngines(folder);
    return await runJest(args, { ...engines.env, TMPDIR: folder });
  } finally {
    await Promise.all([engines?.postgres.stop(), engines?.redis.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

runMain(main);
