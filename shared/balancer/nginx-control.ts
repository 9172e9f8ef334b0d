/**
 * Sets the state of an instance in nginx: writes the file of the instances again and reloads. nginx
 * finishes the requests in progress with the old file. It does not check instances by itself. The
 * running nginx reports the states that it applies, because a reload may fail after the file was
 * written.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { AdminState } from '../contracts/leadership.js';
import { readBoundedText } from '../http/bounded-body.js';
import { waitUntil } from '../wait-until.js';
import type { BalancerControl, ControlFile } from './control.js';
import { renderNginxMembers } from './nginx-members.js';

export const NGINX_MEMBERS = 'members.conf';
export const NGINX_PID = 'nginx.pid';
const RELOAD_DEADLINE_MS = 5_000;
const RELOAD_POLL_MS = 10;
const TIMEOUT_MS = 1_000;
const ANSWER_MAX = 65_536;
/** Path on nginx's own port that answers with the states that nginx applies. */
export const NGINX_STATES_PATH = '/states';

const states = z.record(z.string(), z.enum(['ready', 'drain', 'maint']));

/** @throws Error when nginx does not answer within a second. */
async function readStates({ pool }: ControlFile): Promise<Record<string, AdminState>> {
  const response = await fetch(`http://127.0.0.1:${pool.adminPort}${NGINX_STATES_PATH}`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await readBoundedText(response, ANSWER_MAX);
  if (!response.ok) throw new Error(`nginx answered ${response.status}`);
  return states.parse(JSON.parse(text));
}

/**
 * Writes the instances. A reader sees the old or the new file, never a part.
 * @param states of the members that are not ready.
 */
export async function writeNginxMembers(
  { folder, pool }: Pick<ControlFile, 'folder' | 'pool'>,
  states: Readonly<Record<string, AdminState>> = {},
): Promise<void> {
  const file = `${folder}/${NGINX_MEMBERS}`;
  await writeFile(`${file}.new`, renderNginxMembers(pool, states), { mode: 0o600 });
  await rename(`${file}.new`, file);
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

export const createNginxControl = (file: ControlFile): BalancerControl => ({
  async read() {
    const known = await readStates(file);
    return file.pool.members.map(({ name }) => ({
      name,
      admin: known[name] ?? 'ready',
      observed: 'unknown',
      detail: '',
    }));
  },
  async set(member, state) {
    await writeNginxMembers(file, { ...(await readStates(file)), [member]: state });
    await reloadNginx(file.folder);
  },
});
