/**
 * Partitions of the database node that is the primary: from all other parts, in one direction, and
 * from etcd alone. The node itself continues to run.
 */
import type { NodeProcess } from '../../local/engines/patroni.js';
import type { PostgresCluster } from '../../local/engines/postgres-cluster.js';
import type { Undo } from '../network/lane.js';
import type { StorageCut, StorageLinks } from '../network/storage-links.js';
import type { Cluster } from '../system/cluster.js';
import { findNode, getDatabaseCluster } from './database-nodes.js';
import { getStorageLinks } from './storage-links.js';
import type { OpenFault, StorageFault } from './storage-fault.js';

/** Longer than the primary keeps its role without renewal, so that another node is promoted. */
const PARTITION_MS = 15_000;

/** The names that a partition needs. */
interface Surroundings {
  /** PostgreSQL and Patroni of the node. */
  node: string;
  patroni: string;
  /** The Patroni of each other node. */
  otherPatronis: readonly string[];
  etcd: readonly string[];
}

type Choose = (around: Surroundings) => StorageCut[];
type Way = StorageCut['way'];

const cut = (from: string, to: string, way: Way): StorageCut => ({ from, to, way });
const cutEach = (from: string, to: readonly string[], way: Way): StorageCut[] =>
  to.map((each) => cut(from, each, way));

const fromEtcd: Choose = ({ node, etcd }) => cutEach(node, etcd, 'both');

/** The two nodes that remain lose each other's Patroni too, which neither needs for a promotion. */
const fromAll: Choose = ({ node, patroni, otherPatronis, etcd }) => [
  ...['services', 'nodes'].map((from) => cut(from, node, 'both')),
  ...cutEach('nodes', [patroni, ...otherPatronis], 'both'),
  ...cutEach(node, etcd, 'both'),
];

/** The data of the node reach no other node and no etcd; clients still reach the node. */
const outbound: Choose = ({ node, patroni, otherPatronis, etcd }) => [
  cut('nodes', node, 'back'),
  cut('nodes', patroni, 'back'),
  ...cutEach('nodes', otherPatronis, 'forward'),
  ...cutEach(node, etcd, 'forward'),
];

/** No data of clients and other nodes reach the node; etcd and the node still reach each other. */
const inbound: Choose = ({ node, patroni, otherPatronis }) => [
  ...['services', 'nodes'].map((from) => cut(from, node, 'forward')),
  cut('nodes', patroni, 'forward'),
  ...cutEach('nodes', otherPatronis, 'back'),
];

const PARTITIONS = { fromAll, outbound, inbound, fromEtcd } as const;

/** Cuts a node off. @returns the end of the partition. */
export function cutOff(
  { links, cluster }: { links: StorageLinks; cluster: PostgresCluster },
  node: NodeProcess,
  partition: keyof typeof PARTITIONS,
): Undo {
  const others = cluster.nodes.filter((each) => each !== node);
  return links.cut(
    PARTITIONS[partition]({
      node: node.node.name,
      patroni: node.name,
      otherPatronis: others.map(({ name }) => name),
      etcd: cluster.etcd.map(({ name }) => name),
    }),
  );
}

const cutPrimaryOff =
  (partition: keyof typeof PARTITIONS) =>
  async (cluster: Cluster): Promise<OpenFault> => {
    const parts = { links: getStorageLinks(cluster), cluster: getDatabaseCluster(cluster) };
    const primary = await findNode(cluster, 'primary');
    const undo = cutOff(parts, primary, partition);
    return { target: primary.node.name, heal: () => Promise.resolve(undo()) };
  };

export const PARTITION_FAULTS = {
  'node-partitioned': {
    description: 'nothing reaches or leaves the node of the primary for 15 s',
    holdMs: PARTITION_MS,
    needs: ['links'],
    outageMs: 7_000,
    waitMs: null,
    inject: cutPrimaryOff('fromAll'),
  },
  'node-outbound-cut': {
    description: 'the primary reaches neither etcd nor the standbys for 15 s; clients reach it',
    holdMs: PARTITION_MS,
    needs: ['links'],
    outageMs: 7_000,
    waitMs: null,
    inject: cutPrimaryOff('outbound'),
  },
  'node-inbound-cut': {
    description: 'clients and standbys do not reach the primary for 15 s; it reaches etcd',
    holdMs: PARTITION_MS,
    stopsAll: true,
    needs: ['links'],
    outageMs: null,
    waitMs: null,
    inject: cutPrimaryOff('inbound'),
  },
  'node-etcd-cut': {
    description: 'the primary does not reach etcd for 15 s; clients and standbys reach it',
    holdMs: PARTITION_MS,
    needs: ['links'],
    outageMs: 7_000,
    waitMs: null,
    inject: cutPrimaryOff('fromEtcd'),
  },
} as const satisfies Record<string, StorageFault>;
