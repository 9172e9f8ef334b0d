/**
 * Faults of the database cluster: each kind of death, freeze and hand-over that an operator meets,
 * with the return of the part. The objectives are those of the quick profile of Patroni.
 */
import { waitUntil } from '../../shared/wait-until.js';
import { sendSignal } from '../../local/processes/process-tree.js';
import type { ManagedProcess } from '../../local/processes/processes.js';
import { settleAll } from '../settle.js';
import type { Cluster } from '../system/cluster.js';
import { findNode, getDatabaseCluster } from './database-nodes.js';
import { PARTITION_FAULTS } from './partition-faults.js';
import { QUEUE_FAULTS } from './queue-faults.js';
import type { OpenFault, StorageFault } from './storage-fault.js';

/** Longer than the primary keeps its role without renewal, so that another node is promoted. */
const FREEZE_MS = 15_000;
/** Longer than Patroni waits for etcd. */
const ETCD_MS = 15_000;
/** The first lease of a node, ms. The settings of the cluster do not change it. */
const FIRST_LEASE_MS = 30_000;
const POLL_MS = 100;
/** Longest wait without an outage that is not counted as one, ms. */
const NO_OUTAGE_MS = 500;

/**
 * Makes a restarted node the primary. With the protocol `etcd3`, Patroni 3.0.2 keeps its first
 * lease, of 30 s, until it is restarted: a shorter freeze would cause no failover.
 */
export async function renewLeases(
  cluster: Cluster,
  waitUntilWhole: () => Promise<unknown>,
): Promise<void> {
  const database = getDatabaseCluster(cluster);
  const primary = await findNode(cluster, 'primary');
  for (const node of database.nodes.filter((each) => each !== primary)) {
    node.kill();
    await node.exited;
    await node.start();
    await waitUntilWhole();
  }
  primary.kill();
  await primary.exited;
  const isReplaced = async (): Promise<boolean> => (await database.findPrimary()) !== null;
  await waitUntil(isReplaced, {
    deadlineMs: FIRST_LEASE_MS * 2,
    pollMs: POLL_MS,
    toError: () => new Error('no node replaced the first primary'),
  });
  await primary.start();
  await waitUntilWhole();
}

const noHeal = (): Promise<void> => Promise.resolve();

async function killPostmaster(cluster: Cluster): Promise<OpenFault> {
  const { node, postmasterPid } = await findNode(cluster, 'primary');
  if (postmasterPid === null) throw new Error(`${node.name} has no PostgreSQL`);
  sendSignal(postmasterPid, 'SIGKILL');
  // Patroni starts it again.
  return { target: node.name, heal: noHeal };
}

const killNode =
  (role: 'primary' | 'sync-standby') =>
  async (cluster: Cluster): Promise<OpenFault> => {
    const node = await findNode(cluster, role);
    node.kill();
    await node.exited;
    return { target: node.node.name, heal: () => node.start() };
  };

const freezeNode =
  (role: 'primary' | 'sync-standby') =>
  async (cluster: Cluster): Promise<OpenFault> => {
    const node = await findNode(cluster, role);
    node.freeze();
    const heal = (): Promise<void> => {
      node.thaw();
      return Promise.resolve();
    };
    return { target: node.node.name, heal };
  };

async function switchOver(cluster: Cluster): Promise<OpenFault> {
  const { node } = await getDatabaseCluster(cluster).switchOver();
  return { target: node.name, heal: noHeal };
}

const killEtcd =
  (count: number) =>
  async (cluster: Cluster): Promise<OpenFault> => {
    const { etcd } = getDatabaseCluster(cluster);
    const away = etcd.find(({ up }) => !up);
    if (away) throw new Error(`${away.name} does not run`);
    const members: readonly ManagedProcess[] = etcd.slice(0, count);
    members.forEach((member) => member.kill());
    await Promise.all(members.map(({ exited }) => exited));
    const heal = async (): Promise<void> => {
      await Promise.all(members.map((member) => member.start()));
    };
    return { target: members.map(({ name }) => name).join(' '), heal };
  };

/** Its PostgreSQL accepts connections until Patroni runs again, and another node is promoted. */
async function killPatroni(cluster: Cluster): Promise<OpenFault> {
  const node = await findNode(cluster, 'primary');
  node.signalPatroni('SIGKILL');
  await node.exited;
  return { target: node.node.name, heal: () => node.start() };
}

async function fillDisk(cluster: Cluster): Promise<OpenFault> {
  const { name } = (await findNode(cluster, 'primary')).node;
  const disk = cluster.nodeDisks.get(name);
  if (!disk) throw new Error(`${name} has no disk of its own`);
  await disk.fill();
  return { target: name, heal: () => disk.empty() };
}

async function killAllNodes(cluster: Cluster): Promise<OpenFault> {
  const { nodes } = getDatabaseCluster(cluster);
  nodes.forEach((node) => node.kill());
  await Promise.all(nodes.map(({ exited }) => exited));
  const heal = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.start()));
  };
  return { target: nodes.map(({ node }) => node.name).join(' '), heal };
}

/** Injects both at once, and ends both. @throws the first error, when none is left open. */
const together =
  (...injects: readonly StorageFault['inject'][]) =>
  async (cluster: Cluster): Promise<OpenFault> => {
    const settled = await Promise.allSettled(injects.map((inject) => inject(cluster)));
    const open = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const heal = async (): Promise<void> => void (await settleAll(open.map((each) => each.heal())));
    const failed = settled.find(({ status }) => status === 'rejected');
    if (failed?.status !== 'rejected')
      return { target: open.map(({ target }) => target).join(' '), heal };
    await heal();
    throw failed.reason;
  };

export const RECORD_FAULTS = {
  'postmaster-killed': {
    description: 'SIGKILL to the PostgreSQL of the primary; Patroni lives',
    holdMs: 0,
    outageMs: 2_500,
    waitMs: null,
    inject: killPostmaster,
  },
  'node-killed': {
    description: 'SIGKILL to the PostgreSQL and the Patroni of the primary',
    holdMs: 0,
    outageMs: 5_000,
    waitMs: null,
    inject: killNode('primary'),
  },
  'node-frozen': {
    description: 'SIGSTOP to both for 15 s, then SIGCONT: the former primary wakes up',
    holdMs: FREEZE_MS,
    outageMs: 7_000,
    waitMs: null,
    inject: freezeNode('primary'),
  },
  'patroni-killed': {
    description: 'SIGKILL to the Patroni of the primary for 15 s; its PostgreSQL lives',
    holdMs: FREEZE_MS,
    outageMs: 5_000,
    waitMs: null,
    inject: killPatroni,
  },
  'nodes-all-killed': {
    description: 'SIGKILL to all three nodes at once; they are started again',
    holdMs: 0,
    stopsAll: true,
    outageMs: null,
    waitMs: null,
    inject: killAllNodes,
  },
  'both-killed': {
    description: 'SIGKILL to the node of the primary and to the primary of Redis at once',
    holdMs: 0,
    needs: ['group'],
    outageMs: 5_000,
    waitMs: null,
    inject: together(killNode('primary'), QUEUE_FAULTS['redis-killed'].inject),
  },
  'both-frozen': {
    description: 'SIGSTOP to the node of the primary and to the primary of Redis for 15 s',
    holdMs: FREEZE_MS,
    needs: ['group'],
    outageMs: 7_000,
    waitMs: null,
    inject: together(freezeNode('primary'), QUEUE_FAULTS['redis-frozen'].inject),
  },
  ...PARTITION_FAULTS,
  'disk-full': {
    description: 'the disk of the primary is full for 15 s',
    holdMs: FREEZE_MS,
    // No failover follows: the primary keeps its lease.
    stopsAll: true,
    needs: ['disks'],
    outageMs: null,
    waitMs: null,
    inject: fillDisk,
  },
  'switchover': {
    description: 'an operator hands the primary over',
    holdMs: 0,
    outageMs: 2_000,
    waitMs: null,
    inject: switchOver,
  },
  'standby-killed': {
    description: 'SIGKILL to the synchronous standby',
    holdMs: 0,
    outageMs: null,
    waitMs: null,
    inject: killNode('sync-standby'),
  },
  'standby-frozen': {
    description: 'SIGSTOP to the synchronous standby for 15 s',
    holdMs: FREEZE_MS,
    outageMs: null,
    waitMs: null,
    inject: freezeNode('sync-standby'),
  },
  'etcd-one-killed': {
    description: 'SIGKILL to one of three etcd members for 15 s',
    holdMs: ETCD_MS,
    outageMs: NO_OUTAGE_MS,
    waitMs: null,
    inject: killEtcd(1),
  },
  'etcd-two-killed': {
    description: 'SIGKILL to two etcd members for 15 s: no majority',
    holdMs: ETCD_MS,
    outageMs: NO_OUTAGE_MS,
    waitMs: null,
    inject: killEtcd(2),
  },
  'etcd-all-killed': {
    description: 'SIGKILL to all etcd members for 15 s',
    holdMs: ETCD_MS,
    outageMs: NO_OUTAGE_MS,
    waitMs: null,
    inject: killEtcd(3),
  },
} as const satisfies Record<string, StorageFault>;
