/** HAProxy in the foreground with a master process, which keeps the pid over a reload. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askHaproxy, HAPROXY_SOCKET } from '../../shared/balancer/haproxy-control.js';
import { waitUntil } from '../../shared/wait-until.js';
import { StartError } from '../errors.js';
import type { BalancerEngine } from './balancer-engine.js';
import { haproxyPaths, renderHaproxy } from './haproxy-config.js';

const CONFIG = 'haproxy.cfg';
const RELOAD_DEADLINE_MS = 5_000;
const RELOAD_POLL_MS = 20;
/** The format of an empty file of states. */
const NO_STATES = '1\n';

/** Longest path of a socket to which a process can connect, in bytes; a limit of the kernel. */
const SOCKET_PATH_MAX = 107;

/** @throws StartError */
function checkSocketPath(folder: string): void {
  const length = Buffer.byteLength(join(folder, HAPROXY_SOCKET));
  if (length > SOCKET_PATH_MAX)
    throw new StartError(
      `The path of HAProxy's socket has ${length} bytes, and at most ${SOCKET_PATH_MAX} are possible: set RELEVO_DATA to a folder with a shorter path.`,
    );
}

/** The process id of the worker that answers on the socket. */
const readWorker = async (socket: string): Promise<string> =>
  /^Pid: (\d+)$/m.exec(await askHaproxy(socket, 'show info'))?.[1] ?? '';

export const haproxyEngine: BalancerEngine = {
  versionFlag: '-v',
  async configure({ folder, pool }) {
    checkSocketPath(folder);
    // Relative, because HAProxy allows shorter paths than the kernel.
    const paths = haproxyPaths(folder, { sockets: '.' });
    await writeFile(join(folder, CONFIG), renderHaproxy(pool, paths), { mode: 0o600 });
    await writeFile(paths.stateFile, NO_STATES, { mode: 0o600 });
    await writeFile(paths.leaving, '', { mode: 0o600 });
  },
  args: (folder) => ['-W', '-q', '-f', join(folder, CONFIG)],
  checkArgs: (folder) => ['-c', '-q', '-f', join(folder, CONFIG)],
  stopSignal: 'SIGTERM',
  async reload({ folder }, pid) {
    const { socket, stateFile } = haproxyPaths(folder);
    const worker = await readWorker(socket);
    // The next worker reads the states of the instances.
    await writeFile(stateFile, `${await askHaproxy(socket, 'show servers state')}\n`);
    process.kill(pid, 'SIGUSR2');
    await waitUntil(async () => ![worker, ''].includes(await readWorker(socket).catch(() => '')), {
      deadlineMs: RELOAD_DEADLINE_MS,
      pollMs: RELOAD_POLL_MS,
      toError: () => new Error('HAProxy did not reload'),
    });
  },
};
