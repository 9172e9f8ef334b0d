/**
 * Reads and writes of single nodes, with watches.
 *
 * A watch calls `onChange` at most once, when the node or the list *may* have changed after this
 * read, also after a reconnection; the reader then reads again and watches again. The same function
 * is registered only once per node. A watch ends with its session: read again after a new session.
 */
import type { Stat } from 'node-zookeeper-client';
import type { ZooKeeper } from './client.js';
import { MODES, type CreateMode } from './create-mode.js';
import { isRefusal } from './errors.js';

/** Longest data that is accepted from a node, in bytes. */
const DATA_MAX = 10_000;

/** One node. `text`: at most 10,000 bytes, longer data are cut off. */
export interface NodeData {
  text: string;
  /** Number of changes of the data. */
  version: number;
  /** Last change of the data. */
  changedAt: Date;
}

async function orNull<T>(answer: Promise<T>, code: string): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isRefusal(error, code)) return null;
    throw error;
  }
}

/**
 * The data of a node; null: there is no such node.
 * @param onChange called when the node is created, changed or removed after this read.
 * @throws ZooKeeperError.
 */
export async function readData(
  zk: ZooKeeper,
  path: string,
  onChange?: () => void,
): Promise<NodeData | null> {
  // The watch is set before the data are read: no change between them is missed.
  const watched = onChange
    ? zk.call<Stat | null>((client, done) => client.exists(path, onChange, done))
    : Promise.resolve(null);
  const read = zk.call<NodeData>((client, done) =>
    client.getData(path, (error, data: Buffer | undefined, stat) => {
      if (error) done(error, undefined as never);
      else
        done(null, {
          text: (data ?? Buffer.alloc(0)).subarray(0, DATA_MAX).toString('utf8'),
          version: stat.version,
          changedAt: new Date(Number(stat.mtime.readBigInt64BE())),
        });
    }),
  );
  const [data] = await Promise.all([orNull(read, 'NO_NODE'), watched]);
  return data;
}

/**
 * The names of the children of a node; empty: there are none, or there is no such node.
 * @param onChange called when a child is created or removed after this read.
 * @throws ZooKeeperError.
 */
export async function readChildren(
  zk: ZooKeeper,
  path: string,
  onChange?: () => void,
): Promise<string[]> {
  const names = zk.call<string[]>((client, done) =>
    onChange ? client.getChildren(path, onChange, done) : client.getChildren(path, done),
  );
  return (await orNull(names, 'NO_NODE')) ?? [];
}

/**
 * Creates a node. @returns its path, with the sequence number.
 * @throws ZooKeeperError `NODE_EXISTS`, `NO_NODE` (no parent).
 */
export const createNode = (
  zk: ZooKeeper,
  path: string,
  text: string,
  mode: CreateMode,
): Promise<string> =>
  zk.call((client, done) => client.create(path, Buffer.from(text), MODES[mode], done));

/** Creates a persistent node unless there is one. @throws ZooKeeperError. */
export async function ensureNode(zk: ZooKeeper, path: string, text = ''): Promise<void> {
  await orNull(createNode(zk, path, text, 'persistent'), 'NODE_EXISTS');
}

/** Removes a node; no error when there is none. @throws ZooKeeperError. */
export async function removeNode(zk: ZooKeeper, path: string): Promise<void> {
  await orNull(
    zk.call<null>((client, done) => client.remove(path, (error) => done(error, null))),
    'NO_NODE',
  );
}

/** The `czxid` of a node, which grows with every creation; null: there is no such node. */
export async function readCreationId(zk: ZooKeeper, path: string): Promise<number | null> {
  const stat = await zk.call<Stat | null>((client, done) => client.exists(path, done));
  if (!stat) return null;
  const id = Number(stat.czxid.readBigInt64BE());
  if (!Number.isSafeInteger(id)) throw new RangeError(`the czxid of ${path} is above 2^53`);
  return id;
}
