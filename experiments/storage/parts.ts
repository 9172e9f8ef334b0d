/** The parts of the storage whose failover is measured, each with its faults and its state. */
import type { Shape } from '../../local/plan.js';
import { isWhole } from '../../shared/record/nodes.js';
import { waitUntil } from '../../shared/wait-until.js';
import type { Cluster } from '../system/cluster.js';
import { getRedisGroup, QUEUE_FAULTS } from './queue-faults.js';
import { getDatabaseCluster, RECORD_FAULTS } from './record-faults.js';
import type { StorageFault } from './storage-fault.js';

const POLL_MS = 100;

export interface StoragePart {
  shape: Pick<Shape, 'record' | 'queue'>;
  faults: Readonly<Record<string, StorageFault>>;
  /** Whether every process works and follows the primary. */
  isWhole(cluster: Cluster): Promise<boolean>;
  /** The settings that decide the figures, in one sentence. */
  describeSettings(cluster: Cluster): string;
}

function describePatroni(cluster: Cluster): string {
  const { settings } = getDatabaseCluster(cluster);
  const { ttlSeconds: ttl, loopWaitSeconds: wait, retryTimeoutSeconds: retry } = settings.timings;
  const mode = settings.strict ? 'strict synchronous' : 'synchronous';
  return (
    `Patroni ${settings.patroniVersion}, protocol ${settings.protocol}, ${mode}, ttl ${ttl} s, ` +
    `loop_wait ${wait} s, retry_timeout ${retry} s, failsafe_mode ${settings.failsafe ? 'on' : 'off'}.`
  );
}

export const STORAGE_PARTS: Readonly<Record<'record' | 'queue', StoragePart>> = {
  record: {
    shape: { record: 'cluster' },
    faults: RECORD_FAULTS,
    isWhole: async (cluster) => {
      const { etcd } = getDatabaseCluster(cluster);
      return etcd.every(({ up }) => up) && isWhole(await getDatabaseCluster(cluster).readNodes());
    },
    describeSettings: describePatroni,
  },
  queue: {
    shape: { queue: 'group' },
    faults: QUEUE_FAULTS,
    isWhole: async (cluster) => {
      const group = getRedisGroup(cluster);
      return group.processes.every(({ up }) => up) && group.isComplete();
    },
    describeSettings: () => 'Three Redis servers and three Sentinels of `npm start -- --standby`.',
  },
};

export type StoragePartName = keyof typeof STORAGE_PARTS;

/** The first part with standbys that does not work in full; null: all do, or there is none. */
export async function findBrokenPart(cluster: Cluster): Promise<StoragePartName | null> {
  const { databaseCluster, redisGroup } = cluster.system;
  if (databaseCluster && !(await STORAGE_PARTS.record.isWhole(cluster))) return 'record';
  return redisGroup && !(await STORAGE_PARTS.queue.isWhole(cluster)) ? 'queue' : null;
}

/** @throws Error at the deadline, AbortError at Ctrl-C. */
export const waitUntilStorageWorks = (
  cluster: Cluster,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<boolean> =>
  waitUntil(async () => (await findBrokenPart(cluster)) === null, {
    deadlineMs,
    pollMs: POLL_MS,
    signal,
    toError: () => new Error(`not every part of the storage works after ${deadlineMs} ms`),
  });

/** Null: the text names no part. */
export const readPart = (text: string | null): StoragePartName | null =>
  text === 'record' || text === 'queue' ? text : null;
