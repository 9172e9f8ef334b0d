/**
 * Reads and writes the settings of the measurement rounds below `/config`. The devices watch them
 * and follow a change without a restart.
 */
import { ZNODES } from '../contracts/measurements.js';
import { waitUntil } from '../wait-until.js';
import { ZooKeeper } from './client.js';
import { ensureNode, readData, type NodeData } from './data.js';
import { ZooKeeperError } from './errors.js';
import { commit, type NodeOperation } from './transaction.js';

const SESSION_MS = 4_000;
const POLL_MS = 20;

/** The settings as they are stored; null: not set, so that the default applies. */
export interface StoredSettings {
  samplingPeriod: NodeData | null;
  apiUrl: NodeData | null;
}

/** Null leaves a setting as it is. */
export interface SettingChanges {
  /** In seconds, as `samplingPeriodData` accepts it. */
  samplingPeriod: string | null;
  /** As `apiUrlData` accepts it. */
  apiUrl: string | null;
}

/**
 * Opens a session, works, and ends the session.
 * @param servers `host:port,host:port,…`
 * @throws ZooKeeperError `CONNECTION_LOSS` when no member with a majority answers in time.
 */
export async function withEnsemble<T>(
  servers: string,
  deadlineMs: number,
  work: (zk: ZooKeeper) => Promise<T>,
): Promise<T> {
  const zk = new ZooKeeper({ servers, sessionTimeoutMs: SESSION_MS });
  zk.start();
  try {
    await waitUntil(() => zk.state === 'connected', {
      deadlineMs,
      pollMs: POLL_MS,
      toError: () =>
        new ZooKeeperError('CONNECTION_LOSS', `no member answered in ${deadlineMs} ms`),
    });
    return await work(zk);
  } finally {
    await zk.close();
  }
}

/** @throws ZooKeeperError. */
export async function readSettings(zk: ZooKeeper): Promise<StoredSettings> {
  const [samplingPeriod, apiUrl] = await Promise.all([
    readData(zk, ZNODES.samplingPeriod),
    readData(zk, ZNODES.apiUrl),
  ]);
  return { samplingPeriod, apiUrl };
}

const toWrite = (path: string, text: string, known: NodeData | null): NodeOperation =>
  known
    ? { kind: 'write', path, text, version: known.version }
    : { kind: 'create', path, text, mode: 'persistent' };

/**
 * Writes all changes or none.
 * @throws ZooKeeperError `BAD_VERSION` or `NODE_EXISTS` when another client changed a setting
 *   meanwhile.
 */
export async function changeSettings(zk: ZooKeeper, changes: SettingChanges): Promise<void> {
  await ensureNode(zk, ZNODES.config);
  const known = await readSettings(zk);
  const operations: NodeOperation[] = [];
  for (const name of ['samplingPeriod', 'apiUrl'] as const) {
    const text = changes[name];
    if (text !== null) operations.push(toWrite(ZNODES[name], text, known[name]));
  }
  if (operations.length > 0) await commit(zk, operations);
}
