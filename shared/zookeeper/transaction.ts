/**
 * Several writes that happen together or not at all, on conditions. With the condition `exists` of
 * its own election node, a leader writes nothing once that node is gone, however late the write
 * arrives. Operations are data, so that pure code can decide them.
 *
 * No guarantee: after `CONNECTION_LOSS` or `DEADLINE` the transaction may have happened.
 */
import type { Transaction } from 'node-zookeeper-client';
import type { ZooKeeper } from './client.js';
import { MODES, type CreateMode } from './create-mode.js';
import { setLastVersion } from './library.js';

/** One condition or write of a transaction. */
export type NodeOperation =
  | { kind: 'exists'; path: string }
  /** The data did not change since this version was read. */
  | { kind: 'unchanged'; path: string; version: number }
  /** The node must not exist yet. */
  | { kind: 'create'; path: string; text: string; mode: CreateMode }
  /** Replaces data that have this version. */
  | { kind: 'write'; path: string; text: string; version: number }
  /** The node must exist. */
  | { kind: 'remove'; path: string };

function add(transaction: Transaction, operation: NodeOperation): void {
  const { kind, path } = operation;
  if (kind === 'exists') transaction.check(path);
  else if (kind === 'remove') transaction.remove(path);
  else if (kind === 'create')
    transaction.create(path, Buffer.from(operation.text), MODES[operation.mode]);
  else {
    if (kind === 'write') transaction.setData(path, Buffer.from(operation.text), operation.version);
    else transaction.check(path, operation.version);
    setLastVersion(transaction, operation.version);
  }
}

/**
 * Performs all operations or none.
 * @throws ZooKeeperError of the first operation that is not possible: `NO_NODE`, `NODE_EXISTS`,
 *   `BAD_VERSION`.
 */
export async function commit(zk: ZooKeeper, operations: readonly NodeOperation[]): Promise<void> {
  await zk.call<unknown>((client, done) => {
    const transaction = client.transaction();
    for (const operation of operations) add(transaction, operation);
    transaction.commit(done);
  });
}
