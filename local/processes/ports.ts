/**
 * Finds and reserves free ports, and finds the owner of a port in use. Chooses ports below the
 * range that the kernel uses for outgoing connections. A killed server must get its port again when
 * it restarts; inside that range, an outgoing connection of any client could occupy the port in the
 * meantime.
 */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

const LOWEST = 18_000;
const HIGHEST = 31_999;

/** Whether no server listens on a port. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Reserves a port for this process, by binding the UDP port of the same number: only one process
 * can bind it, and the kernel releases it however the process ends. No part of Relevo uses UDP.
 * @returns the release; null when the port is reserved.
 */
function reserve(port: number): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    const claim = createSocket('udp4');
    claim.unref();
    claim.once('error', () => {
      claim.close();
      resolve(null);
    });
    claim.bind({ port, address: '127.0.0.1', exclusive: true }, () =>
      resolve(() => void claim.close()),
    );
  });
}

/**
 * Reserves a port until this process ends, or until the release.
 * @returns the release; null when another process has reserved the port in this way, or listens on
 *   it.
 */
export async function claimPort(port: number): Promise<(() => void) | null> {
  const release = await reserve(port);
  if (release === null || (await isPortFree(port))) return release;
  release();
  return null;
}

/** A free port that no other process has reserved. */
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

/** Null when the descriptor was closed meanwhile: that of the list itself, for one. */
function readDescriptor(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function holdsSocket(pid: string, inode: string): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some(
      (descriptor) => readDescriptor(`${folder}/${descriptor}`) === `socket:[${inode}]`,
    );
  } catch {
    return false;
  }
}

/**
 * The process that listens on a port, as `name (pid 123)`; null when unknown (other systems,
 * processes of other users).
 */
export function findPortOwner(port: number): string | null {
  try {
    const inode = listeningInode(port);
    if (inode === null) return null;
    const pid = readdirSync('/proc').find(
      (entry) => /^\d+$/.test(entry) && holdsSocket(entry, inode),
    );
    return pid === undefined
      ? null
      : `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
  } catch {
    return null;
  }
}
