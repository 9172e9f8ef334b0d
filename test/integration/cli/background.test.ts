/** `relevo up --detach` and `relevo down`: a whole system in the background, on ports of its own, that leaves nothing behind. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../../local/process-tree.js';
import { freeOffset } from '../../support/free-offset.js';
import { ran } from '../../support/relevo.js';

let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-background-'));
  env = { RELEVO_DATA: folder, RELEVO_PORT_OFFSET: String(await freeOffset()) };
});
afterAll(async () => {
  await ran(['down', '--force'], env);
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

it('starts in the background without showing a token, is found, and stops', async () => {
  const up = await ran(['up', '--detach', '--replicas', '2'], env);
  expect(up).toMatchObject({ code: 0, err: '' });
  expect(up.out).toContain('Relevo is up.');
  const tokens = JSON.parse((await ran(['tokens', '--json'], env)).out) as Record<string, string>;
  const log = readFileSync(join(folder, 'up.log'), 'utf8');
  for (const token of Object.values(tokens)) expect(up.out + log).not.toContain(token);
  expect(statSync(join(folder, 'up.log')).mode & 0o777).toBe(0o600);
  expect((await ran(['tokens', 'operator'], env)).out.trim()).toBe(tokens['operator']);

  const status = JSON.parse((await ran(['status', '--json'], env)).out) as { pid: number; processes: { name: string; pid: number }[] };
  expect(status.processes.filter(({ name }) => name.startsWith('server_'))).toHaveLength(2);
  expect((await ran(['up', '--detach'], env)).code).toBe(3);
  const page = (await ran(['open', 'console'], env)).out.trim();
  expect((await fetch(page)).status).toBe(200);

  const down = await ran(['down'], env);
  expect(down.code).toBe(0);
  expect(down.out).toContain(`Stopped (pid ${status.pid}, data in ${folder}, ports moved by ${env['RELEVO_PORT_OFFSET']}) after`);
  expect(down.out).toContain(`RELEVO_DATA=${folder}`);
  expect([status.pid, ...status.processes.map(({ pid }) => pid)].filter(isAlive)).toEqual([]);
  expect(existsSync(join(folder, 'relevo.json'))).toBe(false);
  const again = await ran(['down', '--json'], env);
  expect([again.code, JSON.parse(again.out)]).toEqual([0, { stopped: false, running: false, dataDir: folder }]);
}, 180_000);

it('that cannot start says why and leaves nothing running', async () => {
  const refused = await ran(['up', '--detach', '--replicas', '12'], env);
  expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('--replicas cannot be "12"; it is one of 1, 2')]);
  const failed = await ran(['up', '--detach'], { ...env, DATABASE_URL: 'postgresql://nobody:x@127.0.0.1:1/none' });
  expect(failed.code).toBe(3);
  expect(failed.out).toContain('DATABASE_URL');
  expect(existsSync(join(folder, 'relevo.json'))).toBe(false);
}, 90_000);

it.each([['up', '--monitors'], ['seed', '--patients'], ['studio', '--port'], ['gateway', 'gateway/README.md']])('%s has help that starts nothing', async (name, word) => {
  const help = await ran([name, '--help'], env);
  expect(help.code).toBe(0);
  expect(help.out).toContain(word);
}, 30_000);
