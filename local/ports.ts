/**
 * Ports: which are free, and who has one that is not.
 * Free ones are taken below the range from which the kernel draws the ports of outgoing connections: a server that is killed must
 * find its port again when it returns, and no client's connection may have slipped onto it meanwhile.
 */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

const LOWEST = 18_000;
const HIGHEST = 31_999;

/** Whether nothing listens there. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Keeps a port for this process until it ends: its UDP namesake is taken, which only one process can, and which the kernel gives back
 * however the process ends. Nothing of ours speaks UDP.
 */
function reserve(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const claim = createSocket('udp4');
    claim.unref();
    claim.once('error', () => {
      claim.close();
      resolve(false);
    });
    claim.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(true));
  });
}

/** Whether this process may have a port: nobody was given it before who asks in the same way, and may not listen there yet. */
export const claimPort = async (port: number): Promise<boolean> => (await reserve(port)) && isPortFree(port);

/** A free port that nobody was given before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (await claimPort(port)) return port;
  }
}

const LISTENING = '0A';

function listeningInode(port: number): string | null {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (local?.endsWith(wanted) && state === LISTENING && inode) return inode;
    }
  }
  return null;
}

function holdsSocket(pid: string, inode: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((descriptor) => readlinkSync(`/proc/${pid}/fd/${descriptor}`) === `socket:[${inode}]`);
  } catch {
    return false;
  }
}

/** Who listens on a port, as `name (pid 123)`; null when it cannot be found out (other systems, other users' processes). */
export function portOwner(port: number): string | null {
  try {
    const inode = listeningInode(port);
    if (inode === null) return null;
    const pid = readdirSync('/proc').find((entry) => /^\d+$/.test(entry) && holdsSocket(entry, inode));
    return pid === undefined ? null : `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
  } catch {
    return null;
  }
}
