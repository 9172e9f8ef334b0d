/**
 * Sets the state of an instance in nginx: writes the file of the instances again and reloads. nginx
 * finishes the requests in progress with the old file. It does not check instances by itself.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { AdminState } from '../contracts/leadership.js';
import { waitUntil } from '../wait-until.js';
import type { BalancerControl, ControlFile } from './control.js';
import { renderNginxMembers } from './nginx-members.js';

export const NGINX_MEMBERS = 'members.conf';
export const NGINX_PID = 'nginx.pid';
const RELOAD_DEADLINE_MS = 5_000;
const RELOAD_POLL_MS = 10;
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

/** @throws Error when nginx does not run. */
async function readMaster(folder: string): Promise<number> {
  const pid = Number(await readFile(`${folder}/${NGINX_PID}`, 'utf8'));
  if (!Number.isInteger(pid) || pid <= 1) throw new Error('nginx has no process id');
  process.kill(pid, 0);
  return pid;
}

/** The workers that accept connections. Empty where the system has no /proc. */
async function listAccepting(master: number): Promise<string[]> {
  const children = await readFile(`/proc/${master}/task/${master}/children`, 'utf8').catch(
    () => '',
  );
  const titles = children
    .split(' ')
    .filter(Boolean)
    .map(async (pid) => {
      const title = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return title.includes('worker process') && !title.includes('shutting down') ? [pid] : [];
    });
  return (await Promise.all(titles)).flat();
}

/**
 * Resolves when only workers with the new configuration accept connections.
 * @throws Error when nginx does not run, or did not reload.
 */
export async function reloadNginx(folder: string): Promise<void> {
  const master = await readMaster(folder);
  const former = await listAccepting(master);
  process.kill(master, 'SIGHUP');
  if (former.length === 0) return;
  const isReloaded = async (): Promise<boolean> => {
    const accepting = await listAccepting(master);
    return accepting.length > 0 && !accepting.some((pid) => former.includes(pid));
  };
  await waitUntil(isReloaded, {
    deadlineMs: RELOAD_DEADLINE_MS,
    pollMs: RELOAD_POLL_MS,
    toError: () => new Error('nginx did not reload'),
  });
}

export function createNginxControl(file: ControlFile): BalancerControl {
  const { folder, pool } = file;
  return {
    async read() {
      await readMaster(folder);
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
