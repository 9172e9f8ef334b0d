/** The parts of the storage whose failover is measured, each with its faults and its state. */
import type { Shape } from '../../local/plan.js';
import { isWhole } from '../../shared/record/nodes.js';
import { waitUntil } from '../../shared/wait-until.js';
import type { Cluster } from '../system/cluster.js';
import { getDatabaseCluster } from './database-nodes.js';
import { DirectWriter } from './direct-writer.js';
import { getRedisGroup, QUEUE_FAULTS } from './queue-faults.js';
import { RECORD_FAULTS } from './record-faults.js';
import type { Need, StorageFault } from './storage-fault.js';

const POLL_MS = 100;

export interface StoragePart {
  shape: Pick<Shape, 'record' | 'queue'>;
  faults: Readonly<Record<string, StorageFault>>;
  /** Whether every process works and follows the primary. */
  isWhole(cluster: Cluster): Promise<boolean>;
  /** A client of the part that bypasses the services. */
  startDirectWriter?: (cluster: Cluster) => Promise<DirectWriter>;
  /** The settings that decide the figures, in one sentence. */
  describeSettings(cluster: Cluster): string;
}

function describePatroni(cluster: Cluster): string {
  const { settings } = getDatabaseCluster(cluster);
  const { ttlSeconds: ttl, loopWaitSeconds: wait, retryTimeoutSeconds: retry } = settings.timings;
  const mode = settings.strict ? 'strict synchronous' : 'synchronous';
  const around = [
    ...(cluster.storageLinks ? [' Every path between the parts has a proxy.'] : []),
    ...(cluster.nodeDisks.size > 0 ? [' The data of each node are on a disk in memory.'] : []),
  ];
  return (
    `Patroni ${settings.patroniVersion}, protocol ${settings.protocol}, ${mode}, ttl ${ttl} s, ` +
    `loop_wait ${wait} s, retry_timeout ${retry} s, failsafe_mode ${settings.failsafe ? 'on' : 'off'}.` +
    around.join('')
  );
}

async function isRedisComplete(cluster: Cluster): Promise<boolean> {
  const group = getRedisGroup(cluster);
  return group.processes.every(({ up }) => up) && group.isComplete();
}

export const STORAGE_PARTS: Readonly<Record<'record' | 'queue', StoragePart>> = {
  record: {
    shape: { record: 'cluster' },
    faults: RECORD_FAULTS,
    isWhole: async (cluster) => {
      const { processes } = getDatabaseCluster(cluster);
      return (
        processes.every(({ up }) => up) &&
        isWhole(await getDatabaseCluster(cluster).readNodes()) &&
        (cluster.system.redisGroup === null || isRedisComplete(cluster))
      );
    },
    startDirectWriter: (cluster) => DirectWriter.start(getDatabaseCluster(cluster)),
    describeSettings: describePatroni,
  },
  queue: {
    shape: { queue: 'group' },
    faults: QUEUE_FAULTS,
    isWhole: isRedisComplete,
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

/** The system that these faults need. */
export function getSystem(
  { shape, faults }: Pick<StoragePart, 'shape' | 'faults'>,
  names: readonly string[],
): Pick<Shape, 'record' | 'queue'> & { storageLinks: boolean; nodeDisks: boolean } {
  const needs = new Set<Need>(names.flatMap((name) => faults[name]?.needs ?? []));
  const queue = needs.has('group') ? { queue: 'group' as const } : {};
  return { ...shape, ...queue, storageLinks: needs.has('links'), nodeDisks: needs.has('disks') };
}
