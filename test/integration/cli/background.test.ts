/**
 * `relevo up --detach` and `relevo down`: a whole system in the background, on its own ports, that
 * leaves nothing running.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRunning } from '../../../local/installation.js';
import { isAlive } from '../../../local/processes/process-tree.js';
import { eventually } from '../../support/eventually.js';
import { freeOffset } from '../../support/free-offset.js';
import { ran, ranHere, relevoHere } from '../../support/relevo.js';

let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-background-'));
  env = { RELEVO_DATA: folder, RELEVO_PORT_OFFSET: String(await freeOffset()) };
});
afterAll(async () => {
  await ranHere(['down', '--force'], env);
  rmSync(folder, { recursive: true, force: true });
});

/** The files and folders of the data folder with a mode other than 600 or 700. */
function tooWide(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    // The engines create and delete files in the meantime.
    const found = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (!found || (found.mode & 0o777) === (found.isDirectory() ? 0o700 : 0o600)) return [];
    return [`${name} has mode ${(found.mode & 0o777).toString(8)}`];
  });
}

it('starts in the background without printing a token, is found, and stops', async () => {
  const up = await ran(['up', '--detach', '--replicas', '2'], env);
  expect(up).toMatchObject({ code: 0, err: '' });
  expect(up.out).toContain('Relevo is up.');
  const tokens = JSON.parse((await ranHere(['tokens', '--json'], env)).out) as Record<
    string,
    string
  >;
  const log = readFileSync(join(folder, 'up.log'), 'utf8');
  for (const token of Object.values(tokens)) expect(up.out + log).not.toContain(token);
  expect(tooWide()).toEqual([]);
  expect((await ranHere(['tokens', 'operator'], env)).out.trim()).toBe(tokens['operator']);

  const status = JSON.parse((await ranHere(['status', '--json'], env)).out) as {
    pid: number;
    processes: { name: string; pid: number }[];
  };
  expect(status.processes.filter(({ name }) => name.startsWith('server_'))).toHaveLength(2);
  expect((await ranHere(['up', '--detach'], env)).code).toBe(3);
  const page = (await ranHere(['open', 'console'], env)).out.trim();
  expect((await fetch(page)).status).toBe(200);
  const lines = (await ranHere(['logs', 'server_1', '--lines', '2'], env)).out.trim().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines.every((line) => / server_1 {5}(?:info|warn|error) /.test(line))).toBe(true);
  expect((await ranHere(['logs', 'server_9'], env)).code).toBe(4);

  const down = await ran(['down'], env);
  expect(down.code).toBe(0);
  expect(down.out).toContain(
    `Stopped (pid ${status.pid}, data in ${folder}, ports moved by ${env['RELEVO_PORT_OFFSET']}) after`,
  );
  expect(down.out).toContain(`RELEVO_DATA=${folder}`);
  expect([status.pid, ...status.processes.map(({ pid }) => pid)].filter(isAlive)).toEqual([]);
  expect(existsSync(join(folder, 'relevo.json'))).toBe(false);
  const again = await ranHere(['down', '--json'], env);
  expect([again.code, JSON.parse(again.out)]).toEqual([
    0,
    { stopped: false, running: false, dataDir: folder },
  ]);
}, 180_000);

it('starts while its log cannot be opened, and continues the log after it was moved, deleted or truncated', async () => {
  const log = join(folder, 'up.log');
  const text = (): string =>
    existsSync(log) && statSync(log).isFile() ? readFileSync(log, 'utf8') : '';
  rmSync(log, { force: true });
  const up = relevoHere(['up', '--detach', '--replicas', '1'], env);
  await eventually(() => text().includes('Starting PostgreSQL'), {
    what: 'the log of the start',
  });
  renameSync(log, `${log}.moved`);
  mkdirSync(log);
  expect([await up.ended, up.err()]).toEqual([0, '']);
  expect(up.out()).toContain('Relevo runs in the background');
  rmSync(log, { recursive: true });

  type Shown = { pid: number; processes: { name: string; pid: number | null }[] };
  const status = async (): Promise<Shown> =>
    JSON.parse((await ranHere(['status', '--json'], env)).out) as Shown;
  const before = await status();
  const pidInRecord = (part: string): number | null =>
    readRunning(folder)?.system?.processes.find(({ name }) => name === part)?.pid ?? null;
  /**
   * Kills a process repeatedly, so that the start writes lines. The first of them may be lost
   * directly after a fault of the file.
   */
  const isWritten = (what: string): Promise<unknown> =>
    eventually(
      () => {
        const pid = pidInRecord('server_1');
        if (pid !== null && isAlive(pid)) process.kill(pid, 'SIGKILL');
        return /server_1 (was killed|is back)/.test(text());
      },
      { what },
    );
  await isWritten('a new log');
  renameSync(log, `${log}.1`);
  await isWritten('a new log after logrotate without copytruncate');
  truncateSync(log);
  await isWritten('the log after copytruncate');
  expect(text()).not.toContain('\0');
  rmSync(log);
  await isWritten('a new log after it was deleted');
  expect(statSync(log).mode & 0o777).toBe(0o600);
  expect((await status()).pid).toBe(before.pid);
  expect((await ranHere(['down'], env)).code).toBe(0);
}, 240_000);

it('reports why it cannot start, and leaves nothing running', async () => {
  const refused = await ranHere(['up', '--detach', '--replicas', '12'], env);
  expect([refused.code, refused.err]).toEqual([
    4,
    expect.stringContaining('--replicas must be 1 to 9, not "12"'),
  ]);
  const failed = await ranHere(['up', '--detach'], {
    ...env,
    DATABASE_URL: 'postgresql://nobody:x@127.0.0.1:1/none',
  });
  expect(failed.code).toBe(3);
  expect(failed.out).toContain('DATABASE_URL');
  expect(existsSync(join(folder, 'relevo.json'))).toBe(false);
  rmSync(join(folder, 'up.log'), { force: true });
  mkdirSync(join(folder, 'up.log'));
  const unwritable = await ranHere(['up', '--detach'], env);
  rmSync(join(folder, 'up.log'), { recursive: true });
  expect([unwritable.code, unwritable.err]).toEqual([
    3,
    expect.stringContaining('up.log cannot be written'),
  ]);
  expect(existsSync(join(folder, 'relevo.json'))).toBe(false);
});

it.each([
  ['up', '--monitors'],
  ['seed', '--patients'],
  ['studio', '--port'],
  ['gateway', 'gateway/README.md'],
])('%s --help starts nothing', async (name, word) => {
  const help = await ran([name, '--help'], env);
  expect(help.code).toBe(0);
  expect(help.out).toContain(word);
});
