/**
 * The faults of the storage with standbys as faults of a schedule. A schedule names a kind of part
 * as the target (`postgres`, `etcd`, `redis`, `sentinel`), and the fault chooses the part by its
 * role at that time. A fault begins when all parts of its kind work, and lasts until they work
 * again: of each kind, at most one part is away.
 */
import { isWhole } from '../../shared/record/nodes.js';
import { pollUntil } from '../../shared/wait-until.js';
import type { FaultDefinition, Heal, Injection } from '../faults/fault.js';
import type { Cluster } from '../system/cluster.js';
import { getDatabaseCluster } from './database-nodes.js';
import { getRedisGroup, QUEUE_FAULTS } from './queue-faults.js';
import { RECORD_FAULTS } from './record-faults.js';
import type { OpenFault, StorageFault } from './storage-fault.js';

/** Longest wait for a part that does not work yet, ms: another node is elected, for example. */
const BEFORE_MS = 10_000;
/** Longest wait for a part to work again, ms. */
const AFTER_MS = 120_000;
const POLL_MS = 100;

interface Part {
  isThere(cluster: Cluster): boolean;
  /** Whether all parts of this kind work. */
  isWhole(cluster: Cluster): boolean | Promise<boolean>;
}

const hasDatabase = ({ system }: Cluster): boolean => system.databaseCluster !== null;
const hasGroup = ({ system }: Cluster): boolean => system.redisGroup !== null;

const PARTS = {
  postgres: {
    isThere: hasDatabase,
    isWhole: async (cluster) => isWhole(await getDatabaseCluster(cluster).readNodes()),
  },
  etcd: {
    isThere: hasDatabase,
    isWhole: (cluster) => getDatabaseCluster(cluster).etcd.every(({ up }) => up),
  },
  redis: {
    isThere: hasGroup,
    isWhole: (cluster) => getRedisGroup(cluster).isReplicated(),
  },
  sentinel: {
    isThere: hasGroup,
    isWhole: (cluster) => getRedisGroup(cluster).sentinels.every(({ up }) => up),
  },
} as const satisfies Record<string, Part>;
type PartName = keyof typeof PARTS;

/** Whether all parts of this kind work. @throws Error when the system has none. */
export const isPartWhole = async (cluster: Cluster, part: PartName): Promise<boolean> =>
  PARTS[part].isWhole(cluster);

/**
 * The part of each fault. Without a majority of etcd no standby is promoted, so that such a fault
 * excludes the faults of a database node. The partitions and `disk-full` are missing, because a
 * schedule has no proxies and no disks for the storage.
 */
const FAULT_PARTS: Readonly<Record<string, PartName>> = {
  'postmaster-killed': 'postgres',
  'node-killed': 'postgres',
  'node-frozen': 'postgres',
  'patroni-killed': 'postgres',
  'nodes-all-killed': 'postgres',
  'switchover': 'postgres',
  'standby-killed': 'postgres',
  'standby-frozen': 'postgres',
  'etcd-one-killed': 'etcd',
  'etcd-two-killed': 'postgres',
  'etcd-all-killed': 'postgres',
  'redis-killed': 'redis',
  'redis-frozen': 'redis',
  'replica-killed': 'redis',
  'sentinel-killed': 'sentinel',
};

const toSentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function toFault(kind: string, part: PartName): FaultDefinition {
  const faults: Readonly<Record<string, StorageFault>> = { ...RECORD_FAULTS, ...QUEUE_FAULTS };
  const fault = faults[kind];
  if (!fault) throw new RangeError(`There is no fault of the storage "${kind}".`);
  return {
    kind,
    purpose: toSentence(fault.description),
    targets: (cluster) => (PARTS[part].isThere(cluster) ? [part] : []),
    inject: async (cluster, injection) => {
      const { signal, markInjected, nameTarget } = injection;
      const works = (): Promise<boolean> => isPartWhole(cluster, part);
      if (!(await pollUntil(works, { deadlineMs: BEFORE_MS, pollMs: POLL_MS, signal })))
        throw new Error(`not every ${part} works`);
      markInjected();
      const open = await fault.inject(cluster);
      nameTarget(open.target);
      return toHeal(open, part, works, injection);
    },
  };
}

/** A fault that ends early, with the run, does not wait: the run checks its steady state. */
function toHeal(
  { heal, target }: OpenFault,
  part: PartName,
  works: () => Promise<boolean>,
  { signal }: Pick<Injection, 'signal'>,
): Heal {
  return async () => {
    await heal();
    const waiting = { deadlineMs: AFTER_MS, pollMs: POLL_MS, signal };
    const isBack = await pollUntil(works, waiting).catch((error: unknown) => {
      if (signal.aborted) return true;
      throw error;
    });
    if (!isBack)
      throw new Error(`not every ${part} works ${AFTER_MS / 1_000} s after the fault of ${target}`);
  };
}

export const STORAGE_FAULTS: readonly FaultDefinition[] = Object.entries(FAULT_PARTS).map(
  ([kind, part]) => toFault(kind, part),
);
