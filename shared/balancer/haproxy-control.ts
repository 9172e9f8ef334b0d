/**
 * HAProxy's runtime interface on its socket.
 * @see https://docs.haproxy.org/2.6/management.html#9.3
 */
import { connect } from 'node:net';
import type { AdminState } from '../contracts/leadership.js';
import { pollUntil } from '../wait-until.js';
import type { BalancerControl, ControlFile, MemberState } from './control.js';

/** The backend of the ready instances, whose states an operator sets. */
export const HAPROXY_BACKEND = 'patients';
/** The backend of the instances that accept connections, used while none is ready. */
export const HAPROXY_LAST_RESORT = 'patients_unready';
export const HAPROXY_SOCKET = 'admin.sock';
/** File with the names of the instances whose cookie does not count. */
export const HAPROXY_LEAVING = 'leaving.acl';

const TIMEOUT_MS = 1_000;
/**
 * Longest wait for the requests of an instance before its maintenance, ms. An operator waits for
 * the answer, and may want to be rid of an instance that completes nothing.
 */
const LEAVING_MS = 5_000;
const POLL_MS = 20;
/** Largest answer that is read, in bytes; a pool has at most some dozens of instances. */
const ANSWER_MAX = 1_048_576;

/** Bits of srv_admin_state. */
const MAINT = 0b000_111;
const DRAIN = 0b011_000;

/** Sends one command and reads the whole answer. @throws Error without an answer in time. */
export function askHaproxy(socketPath: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: socketPath });
    let received = '';
    const timer = setTimeout(
      () => socket.destroy(new Error('HAProxy does not answer')),
      TIMEOUT_MS,
    );
    socket.setEncoding('utf8');
    socket.once('connect', () => socket.end(`${command}\n`));
    socket.on('data', (text: string) => {
      received += text;
      if (received.length > ANSWER_MAX) socket.destroy(new Error('The answer is too long'));
    });
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(received.trim());
    });
  });
}

type Row = Readonly<Record<string, string>>;

/** Parses `show stat`: CSV with a header after `# `. */
function parseHaproxyStat(text: string): Row[] {
  const [head = '', ...lines] = text.split('\n');
  const names = head.replace(/^# /, '').split(',');
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const values = line.split(',');
      return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
    });
}

/** Parses `show servers state BACKEND`: a version, a header after `# `, then values. */
function parseHaproxyStates(text: string): Row[] {
  const [, head = '', ...lines] = text.split('\n');
  const names = head.replace(/^# /, '').split(' ');
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const values = line.split(' ');
      return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
    });
}

function toAdmin(state: string | undefined): AdminState {
  const bits = Number(state ?? 0);
  if (bits & MAINT) return 'maint';
  return bits & DRAIN ? 'drain' : 'ready';
}

/** `UP`, `UP 1/2`, `DOWN 1/2`, `DRAIN`, `MAINT`, `no check`. */
function toObserved(status: string | undefined): MemberState['observed'] {
  if (status === undefined || status.startsWith('MAINT')) return 'unknown';
  return status.startsWith('UP') || status.startsWith('DRAIN') ? 'up' : 'down';
}

async function read(socket: string, names: readonly string[]): Promise<MemberState[]> {
  const [stat, states] = await Promise.all([
    askHaproxy(socket, 'show stat'),
    askHaproxy(socket, `show servers state ${HAPROXY_BACKEND}`),
  ]);
  const rows = parseHaproxyStat(stat).filter(({ pxname }) => pxname === HAPROXY_BACKEND);
  const admins = parseHaproxyStates(states);
  return names.map((name) => {
    const row = rows.find(({ svname }) => svname === name);
    const admin = admins.find(({ srv_name }) => srv_name === name);
    return {
      name,
      admin: toAdmin(admin?.['srv_admin_state']),
      observed: toObserved(row?.['status']),
      detail: row?.['check_status'] ?? '',
    };
  });
}

async function command(socket: string, line: string): Promise<void> {
  const answer = await askHaproxy(socket, line);
  // `del acl` reports a name that is not in the list.
  if (answer !== '' && !/not found/i.test(answer)) throw new Error(`HAProxy refused: ${answer}`);
}

async function setState(socket: string, member: string, state: AdminState): Promise<void> {
  for (const backend of [HAPROXY_BACKEND, HAPROXY_LAST_RESORT])
    await command(socket, `set server ${backend}/${member} state ${state}`);
}

/** Whether HAProxy waits for an answer of the instance. */
async function isBusy(socket: string, member: string): Promise<boolean> {
  const rows = parseHaproxyStat(await askHaproxy(socket, 'show stat'));
  return rows.some(({ svname, scur }) => svname === member && Number(scur) > 0);
}

/**
 * HAProxy ends the requests of an instance at the beginning of its maintenance. Therefore its
 * clients have moved to other instances before, and its requests end first.
 */
async function waitUntilEmpty(socket: string, member: string): Promise<void> {
  const isEmpty = async (): Promise<boolean> => !(await isBusy(socket, member));
  await pollUntil(isEmpty, { deadlineMs: LEAVING_MS, pollMs: POLL_MS });
}

export function createHaproxyControl({ folder, pool }: ControlFile): BalancerControl {
  const socket = `${folder}/${HAPROXY_SOCKET}`;
  const leaving = `${folder}/${HAPROXY_LEAVING}`;
  const names = pool.members.map(({ name }) => name);
  /** Without a cookie no client belongs to an instance, and HAProxy has no list. */
  const changeLeaving = async (change: 'add' | 'del', member: string): Promise<void> => {
    if (pool.affinity === 'cookie') await command(socket, `${change} acl ${leaving} ${member}`);
  };
  const requireName = (member: string): void => {
    if (!names.includes(member)) throw new Error(`There is no instance ${member}`);
  };
  const moveClients = async (member: string): Promise<void> => {
    requireName(member);
    await changeLeaving('add', member);
    await setState(socket, member, 'drain');
  };
  return {
    read: () => read(socket, names),
    moveClients,
    async set(member, state) {
      requireName(member);
      if (state === 'maint') {
        await moveClients(member);
        await waitUntilEmpty(socket, member);
      }
      await setState(socket, member, state);
      await changeLeaving('del', member);
    },
  };
}
