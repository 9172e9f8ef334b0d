/**
 * Sets the state of an instance in nginx: writes the file of the instances again and reloads. nginx
 * finishes the requests in progress with the old file. It does not check instances by itself.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { AdminState } from '../contracts/leadership.js';
import type { BalancerControl, ControlFile } from './control.js';
import { renderNginxMembers } from './nginx-members.js';

export const NGINX_MEMBERS = 'members.conf';
export const NGINX_PID = 'nginx.pid';
/** The states of the members that are not ready. */
const NGINX_STATES = 'states.json';

const states = z.record(z.string(), z.enum(['ready', 'drain', 'maint']));

/** Empty when there is no file yet. */
async function readStates(folder: string): Promise<Record<string, AdminState>> {
  const text = await readFile(`${folder}/${NGINX_STATES}`, 'utf8').catch(() => '{}');
  return states.parse(JSON.parse(text));
}

/** A reader sees the old or the new file, never a part. */
async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Writes the instances. @param changes states that differ from those of the file. */
export async function writeNginxMembers(
  { folder, pool }: Pick<ControlFile, 'folder' | 'pool'>,
  changes: Readonly<Record<string, AdminState>> = {},
): Promise<void> {
  const all = { ...(await readStates(folder)), ...changes };
  await replaceFile(`${folder}/${NGINX_STATES}`, JSON.stringify(all));
  await replaceFile(`${folder}/${NGINX_MEMBERS}`, renderNginxMembers(pool, all));
}

/** @param name 0 only checks that nginx runs. @throws Error when nginx does not run. */
async function signalNginx(folder: string, name: 'SIGHUP' | 0): Promise<void> {
  const pid = Number(await readFile(`${folder}/${NGINX_PID}`, 'utf8'));
  if (!Number.isInteger(pid) || pid <= 1) throw new Error('nginx has no process id');
  process.kill(pid, name);
}

/** @throws Error when nginx does not run. */
export const reloadNginx = (folder: string): Promise<void> => signalNginx(folder, 'SIGHUP');

export function createNginxControl(file: ControlFile): BalancerControl {
  const { folder, pool } = file;
  return {
    async read() {
      await signalNginx(folder, 0);
      const known = await readStates(folder);
      return pool.members.map(({ name }) => ({
        name,
        admin: known[name] ?? 'ready',
        observed: 'unknown',
        detail: '',
      }));
    },
    async set(member, state) {
      await writeNginxMembers(file, { [member]: state });
      await reloadNginx(folder);
    },
  };
}
