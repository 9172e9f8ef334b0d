/**
 * A program that ends when the database is ready: an init container of Kubernetes, which has no
 * order of starts. Retries until then without a limit, because the cluster shows a container that
 * waits. Changes nothing. Ignores migrations of a newer version, so that a pod of the older version
 * can still start during an update.
 */
import { runMain } from '../local/errors.js';
import { readApplied, readMigrations } from '../local/engines/migrate.js';
import { ConfigError, EXIT_CONFIG, loadConfig } from '../shared/config.js';
import { connectOnce } from '../shared/postgres/hosts/follow.js';
import { pollUntil } from '../shared/wait-until.js';
import { WAIT_OPTIONS } from './config.js';

const POLL_MS = 500;

/** @returns the reason to wait; null: the database is ready. */
async function findReason(databaseUrl: string, names: readonly string[]): Promise<string | null> {
  try {
    const client = await connectOnce(databaseUrl, { application_name: 'relevo-wait' });
    try {
      const rows = names.length === 0 ? [] : await readApplied(client);
      const applied = rows.filter((row) => row.finished_at !== null && row.rolled_back_at === null);
      const known = new Set(applied.map((row) => row.migration_name));
      const missing = names.filter((name) => !known.has(name)).length;
      return missing === 0 ? null : `${missing} migration(s) are not applied yet`;
    } finally {
      await client.end();
    }
  } catch (error) {
    return `PostgreSQL cannot be used yet: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`;
  }
}

async function waitForDatabase(): Promise<number> {
  const { databaseUrl, waitFor } = loadConfig(WAIT_OPTIONS, process.env);
  const names = waitFor === 'connection' ? [] : readMigrations().map(({ name }) => name);
  let printed: string | null = null;
  const isReady = async (): Promise<boolean> => {
    const reason = await findReason(databaseUrl, names);
    if (reason !== null && reason !== printed) process.stdout.write(`Waiting: ${reason}.\n`);
    printed = reason;
    return reason === null;
  };
  await pollUntil(isReady, { deadlineMs: Infinity, pollMs: POLL_MS });
  process.stdout.write('The database is ready.\n');
  return 0;
}

// The first process of a container ignores signals without a handler.
process.once('SIGTERM', () => process.exit(143));

runMain(() =>
  waitForDatabase().catch((error: unknown) => {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT_CONFIG;
  }),
);
