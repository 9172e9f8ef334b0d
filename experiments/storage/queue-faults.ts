/**
 * Faults of the Redis group. PostgreSQL accepts payments without it, so that the objective is the
 * longest wait for an outcome.
 */
import type { RedisServer } from '../../local/engines/redis.js';
import type { RedisGroup } from '../../local/engines/redis-group.js';
import type { ManagedProcess } from '../../local/processes/processes.js';
import type { Cluster } from '../system/cluster.js';
import { getStorageLinks } from './storage-links.js';
import type { OpenFault, StorageFault } from './storage-fault.js';

/** Longer than the Sentinels need to choose another primary. */
const FREEZE_MS = 10_000;
/** Longest wait of a payment, ms. */
const WAIT_MS = 3_000;

export function getRedisGroup({ system }: Cluster): RedisGroup {
  if (system.redisGroup) return system.redisGroup;
  throw new Error('the system has a single Redis');
}

async function findPrimary(cluster: Cluster): Promise<RedisServer> {
  const primary = await getRedisGroup(cluster).findPrimary();
  if (primary) return primary;
  throw new Error('the Sentinels name no primary');
}

async function kill(process: ManagedProcess): Promise<OpenFault> {
  process.kill();
  await process.exited;
  return { target: process.name, heal: () => process.start() };
}

async function freezePrimary(cluster: Cluster): Promise<OpenFault> {
  const primary = await findPrimary(cluster);
  primary.freeze();
  const heal = (): Promise<void> => {
    primary.thaw();
    return Promise.resolve();
  };
  return { target: primary.name, heal };
}

/** Clients, replicas and Sentinels all connect to the primary, and it connects to none of them. */
async function partitionPrimary(cluster: Cluster): Promise<OpenFault> {
  const { name } = await findPrimary(cluster);
  const undo = getStorageLinks(cluster).cut([{ from: 'group', to: name, way: 'both' }]);
  return { target: name, heal: () => Promise.resolve(undo()) };
}

async function killReplica(cluster: Cluster): Promise<OpenFault> {
  const primary = await findPrimary(cluster);
  const replica = getRedisGroup(cluster).servers.find((server) => server !== primary);
  if (!replica) throw new Error('the group has no replica');
  return kill(replica);
}

async function killSentinel(cluster: Cluster): Promise<OpenFault> {
  const [sentinel] = getRedisGroup(cluster).sentinels;
  if (!sentinel) throw new Error('the group has no Sentinel');
  return kill(sentinel);
}

export const QUEUE_FAULTS = {
  'redis-killed': {
    description: 'SIGKILL to the primary; it is started again as a replica',
    holdMs: 0,
    outageMs: null,
    waitMs: WAIT_MS,
    inject: async (cluster) => kill(await findPrimary(cluster)),
  },
  'redis-frozen': {
    description: 'SIGSTOP to the primary for 10 s, then SIGCONT: the former primary wakes up',
    holdMs: FREEZE_MS,
    outageMs: null,
    waitMs: WAIT_MS,
    inject: freezePrimary,
  },
  'redis-partitioned': {
    description: 'clients, replicas and Sentinels do not reach the primary for 10 s',
    holdMs: FREEZE_MS,
    needs: ['links'],
    outageMs: null,
    waitMs: WAIT_MS,
    inject: partitionPrimary,
  },
  'replica-killed': {
    description: 'SIGKILL to a replica',
    holdMs: 0,
    outageMs: null,
    waitMs: WAIT_MS,
    inject: killReplica,
  },
  'sentinel-killed': {
    description: 'SIGKILL to a Sentinel',
    holdMs: 0,
    outageMs: null,
    waitMs: WAIT_MS,
    inject: killSentinel,
  },
} as const satisfies Record<string, StorageFault>;
