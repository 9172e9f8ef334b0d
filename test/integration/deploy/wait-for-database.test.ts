/**
 * The init container of the services on Kubernetes, compiled as in the image: it waits for
 * PostgreSQL, then for the migrations, and ends with the database ready.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { execFile, type ChildProcess } from 'node:child_process';
import { migrate, readMigrations } from '../../../local/engines/migrate.js';
import { compileService } from '../../../local/processes/compile.js';
import { freePort } from '../../../local/processes/ports.js';
import { ROOT } from '../../../local/root.js';
import { createTestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';

let compiled = '';
beforeAll(async () => {
  compiled = await compileService('deploy/wait-for-database.ts');
}, 120_000);

interface Waiting {
  child: ChildProcess;
  /** Everything that it has printed. */
  output: () => string;
  ended: Promise<{ code: number | null; signal: string | null }>;
}

function startWaiting(env: Record<string, string>): Waiting {
  let printed = '';
  const child = execFile(process.execPath, [compiled], { cwd: ROOT, env });
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text: string) => (printed += text));
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  return { child, output: () => printed, ended };
}

const prints = ({ output }: Waiting, text: string): Promise<boolean> =>
  eventually(() => output().includes(text), { what: `the output contains "${text}"` });

describe('the wait for the database', () => {
  test('ends when the last migration is applied, not when PostgreSQL answers', async () => {
    const database = await createTestDatabase('template0');
    const all = readMigrations();
    try {
      const waiting = startWaiting({ DATABASE_URL: database.url });
      await prints(waiting, `Waiting: ${all.length} migration(s) are not applied yet.`);
      await migrate(database.url, all.slice(0, -1));
      await prints(waiting, 'Waiting: 1 migration(s) are not applied yet.');
      expect(waiting.child.exitCode).toBeNull();
      await migrate(database.url);
      expect(await waiting.ended).toEqual({ code: 0, signal: null });
      expect(waiting.output()).toMatch(/The database is ready\.\n$/);
    } finally {
      await database.drop();
    }
  });

  test('waits for a connection, and ends on SIGTERM', async () => {
    const port = await freePort();
    const waiting = startWaiting({
      DATABASE_URL: `postgresql://relevo:unused@127.0.0.1:${port}/relevo`,
      WAIT_FOR: 'connection',
    });
    await prints(waiting, 'Waiting: PostgreSQL cannot be used yet: ECONNREFUSED.');
    waiting.child.kill('SIGTERM');
    expect(await waiting.ended).toEqual({ code: 143, signal: null });
  });

  test('for a connection, needs no migration', async () => {
    const database = await createTestDatabase('template0');
    try {
      const waiting = startWaiting({ DATABASE_URL: database.url, WAIT_FOR: 'connection' });
      expect(await waiting.ended).toEqual({ code: 0, signal: null });
    } finally {
      await database.drop();
    }
  });

  test('names every problem of its settings, with the exit code of a wrong configuration', async () => {
    const waiting = startWaiting({ WAIT_FOR: 'luck' });
    expect((await waiting.ended).code).toBe(78);
    expect(waiting.output()).toMatch(/DATABASE_URL is required[^]*WAIT_FOR must be one of/);
  });
});
