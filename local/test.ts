/**
 * `npm test [-- arguments for Jest]`: starts a PostgreSQL and a Redis on free ports in a temporary
 * folder, then runs Jest. A plain word selects a folder: `npm test -- unit`. Unit tests need no
 * engines and get none. Installs first the programs that the selected tests need (a browser,
 * Prometheus), see setup/test-tools.mjs. After Jest, searches all logs of the run for all its
 * secrets (test/support/log-search.ts); a secret in a log fails the run. Tests receive
 * TEST_POSTGRES_URL (a superuser's address) and TEST_REDIS_URL; new databases are copies of
 * `relevo_template`, and the clusters of whole systems are copies of the folder TEST_CLUSTER.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyFolder } from './copy-folder.js';
import { runMain, StartError } from './errors.js';
import { DATABASE_NAME } from './engines/engines.js';
import { migrate } from './engines/migrate.js';
import { freePort } from './processes/ports.js';
import { ensureDatabase, preparePostgres, type PostgresServer } from './engines/postgres.js';
import { prepareRedis, type RedisServer } from './engines/redis.js';
import { ROOT } from './root.js';
import { seedDatabase } from './engines/seed.js';
import { seedPatient } from '../prisma/seed-data.js';
import { keepLine, keepPassword, keepSecret, keepSource } from '../test/support/log-evidence.js';
import { searchLogs } from '../test/support/log-search.js';
import { installPeerPackages } from '../experiments/bench/peers/packages.js';
import { provideTestTools } from './setup/test-tools.mjs';
import { createRunFolder, removeFolder } from './run-folder.js';
import { endDescendants } from './processes/end-descendants.js';
import type { ManagedProcess } from './processes/processes.js';
import { jestArguments, needsEngines, selectTests } from './test-arguments.js';

/** Tests that run other queues beside Relevo. */
const USES_PEERS = /^test\/(integration\/lab\/peers|process\/bench)\./;

interface Engines {
  postgres: PostgresServer;
  redis: RedisServer;
  env: Record<string, string>;
}

/** The number of patients in a new database. */
const SAMPLE_PATIENTS = 100;
/**
 * Tests kill processes, not machines. Data in the kernel's buffers survives that, so no write needs
 * to wait for the disk.
 */
const IN_MEMORY = { fsync: 'off', full_page_writes: 'off' };
/** For the server that the test files share. */
const SHARED = { ...IN_MEMORY, max_connections: '400', max_wal_size: '256MB' };

/**
 * Includes the logs of the run's own engines in the search, and the sample patients, which every
 * database contains, in the secrets.
 */
function watch(postgres: PostgresServer, redis: RedisServer): void {
  for (const engine of [postgres, redis] as ManagedProcess[]) {
    keepSource(engine.name);
    engine.on('line', (line) => keepLine(engine.name, line));
  }
  keepPassword('password of PostgreSQL', postgres.toUrl('postgres'));
  keepPassword('password of Redis', redis.address);
  for (let number = 1; number <= SAMPLE_PATIENTS; number += 1) {
    const { document, fullName, authorizationCode } = seedPatient(number);
    Object.entries({ document, fullName, authorizationCode }).forEach(([fact, value]) =>
      keepSecret(`${fact} of a patient`, value, true),
    );
  }
}

/** @returns the exit code of the run; a secret in a log makes it 1. */
function searchAll(logs: string, code: number): number {
  const { files, lines, secrets, problems } = searchLogs(logs, true);
  process.stderr.write(
    `Logs searched: ${files} files, ${lines} lines, for ${secrets} secrets; ${problems.length === 0 ? 'none found' : 'FAILED'}.\n`,
  );
  problems.forEach((problem) => process.stderr.write(`  ${problem}\n`));
  return code === 0 && problems.length > 0 ? 1 : code;
}

/** Settings in the form of PostgreSQL's files. */
const toLines = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');

/**
 * Migrates and seeds the database of a system, and copies the whole cluster while it is stopped.
 * The copies write as little to the disk as the shared server.
 * @returns the folder of the copy.
 */
async function prepareCluster(postgres: PostgresServer, folder: string): Promise<string> {
  const url = await ensureDatabase(postgres, DATABASE_NAME);
  await migrate(url);
  await seedDatabase(url);
  await postgres.stop();
  const cluster = join(folder, 'cluster');
  await copyFolder(join(folder, 'postgres'), cluster);
  await appendFile(join(cluster, 'postgresql.auto.conf'), toLines(IN_MEMORY));
  await postgres.start();
  return cluster;
}

async function startEngines(folder: string): Promise<Engines> {
  const postgres = await preparePostgres({
    dataDir: join(folder, 'postgres'),
    port: await freePort(),
    quick: true,
    settings: SHARED,
  });
  const redis = prepareRedis({ dataDir: join(folder, 'redis'), port: await freePort() });
  watch(postgres, redis);
  await Promise.all([postgres.start(), redis.start()]);
  const cluster = await prepareCluster(postgres, folder);
  await ensureDatabase(postgres, 'relevo_template', DATABASE_NAME);
  return {
    postgres,
    redis,
    env: {
      TEST_POSTGRES_URL: postgres.toUrl('postgres'),
      TEST_REDIS_URL: redis.address,
      TEST_CLUSTER: cluster,
    },
  };
}

/** Runs Jest to its end. @returns its exit code. */
function runJest(args: readonly string[], env: Record<string, string>): Promise<number> {
  const nodeOptions =
    `${process.env['NODE_OPTIONS'] ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`.trim();
  const jest = spawn(process.execPath, [join(ROOT, 'node_modules/jest/bin/jest.js'), ...args], {
    stdio: 'inherit',
    cwd: ROOT,
    env: { ...process.env, ...env, NODE_OPTIONS: nodeOptions },
  });
  return new Promise((resolve) => {
    jest.once('exit', (code, by) => resolve(code ?? 128 + (by ? constants.signals[by] : 0)));
  });
}

/**
 * Provides the programs that the selected tests need beyond the engines. @throws StartError in CI,
 * when one is unavailable.
 */
async function provideTools(args: readonly string[]): Promise<void> {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.test.ts'),
  );
  const selected = selectTests(
    args,
    files.map((name) => `test/${name}`),
  );
  await provideTestTools(ROOT, selected, process.env['CI'] === 'true').catch((error: Error) => {
    throw new StartError(error.message);
  });
  // Not inside Jest, whose resolver remembers that the folder of these packages did not exist.
  if (selected.some((path) => USES_PEERS.test(path))) await installPeerPackages();
}

/** Resolves at the first signal that ends the run, with the run's exit code. */
const untilSignal = (): Promise<number> =>
  new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(name, () => resolve(128 + constants.signals[name]));
  });

async function runWithEngines(args: readonly string[], folder: string): Promise<number> {
  const logs = join(folder, 'all-logs');
  mkdirSync(logs, { mode: 0o700 });
  process.env['TEST_LOGS'] = logs;
  const engines = await startEngines(folder);
  const code = await runJest(args, { ...engines.env, TMPDIR: folder, TEST_LOGS: logs });
  await Promise.all([engines.postgres.stop(), engines.redis.stop()]);
  return searchAll(logs, code);
}

/** Tests write below the folder of the run too, so that an interrupted run leaves no files. */
async function runTests(interrupted: Promise<number>): Promise<number> {
  const words = process.argv.slice(2);
  const args = jestArguments(words, (path) => existsSync(join(ROOT, path)));
  let folder: string | null = null;
  const work = async (): Promise<number> => {
    await provideTools(args);
    if (!needsEngines(words)) return runJest(args, {});
    folder = createRunFolder(tmpdir(), 'test');
    return runWithEngines(args, folder);
  };
  // At the exit, because interrupted work continues until then and could make the folder again.
  process.once('exit', () => {
    if (folder !== null) removeFolder(folder);
  });
  try {
    return await Promise.race([work(), interrupted]);
  } finally {
    await endDescendants();
  }
}

const main = (): Promise<number> => runTests(untilSignal());

runMain(main);
