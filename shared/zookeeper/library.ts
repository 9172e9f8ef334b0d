/**
 * The parts of `node-zookeeper-client` that its types hide, and two corrections of it. Without
 * them a client could wait for ever: the library has no read time-out, it ignores a member that
 * accepts a connection and never answers, and it joins the rest of an interrupted answer to the
 * first answer of the next connection.
 */
import type { Socket } from 'node:net';
import zookeeper, { type Client, type Transaction } from 'node-zookeeper-client';

interface Internals {
  connectionManager: {
    /** Undefined before the first attempt. */
    socket?: Socket;
    pendingBuffer: Buffer | null;
  };
}

const manager = (client: Client): Internals['connectionManager'] =>
  (client as unknown as Internals).connectionManager;

/** Pause after all members were tried: at most this long, random; ms. */
const SPIN_MS = 100;

/** A client that does not repeat calls: the caller decides after `CONNECTION_LOSS`. */
export const createLibraryClient = (servers: string, sessionTimeout: number): Client =>
  zookeeper.createClient(servers, { sessionTimeout, spinDelay: SPIN_MS, retries: 0 });

/** The socket of the present attempt or connection; undefined before the first one. */
export const getSocket = (client: Client): Socket | undefined => manager(client).socket;

/** Closes the connection at once; the library connects to the next member. */
export function dropConnection(client: Client): void {
  forgetPartialAnswer(client);
  manager(client).socket?.destroy();
}

/** Must be called when a connection has ended, before data of the next one arrive. */
export function forgetPartialAnswer(client: Client): void {
  manager(client).pendingBuffer = null;
}

/**
 * Sets the version of the last operation of a transaction. The library replaces version 0 by -1,
 * which means any version.
 */
export function setLastVersion(transaction: Transaction, version: number): void {
  const { ops } = transaction as unknown as { ops: { version: number }[] };
  const last = ops.at(-1);
  if (last) last.version = version;
}
