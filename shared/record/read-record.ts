/** Reads the state of a replicated PostgreSQL: its database nodes and its etcd members. */
import { readEtcdState, type EtcdState } from './etcd-client.js';
import { joinNodes, type DatabaseNode } from './nodes.js';
import { readMembers, readNodeStatus } from './patroni-client.js';

/** A node or a member, and the address of its HTTP interface. */
export interface RecordPlace {
  name: string;
  url: string;
}

export interface EtcdMember extends EtcdState {
  name: string;
}

export interface RecordState {
  nodes: DatabaseNode[];
  etcd: EtcdMember[];
}

/** The database nodes as they are now. Never throws; takes at most some 3 s. */
export async function readNodes(places: readonly RecordPlace[]): Promise<DatabaseNode[]> {
  const answers = await Promise.all(
    places.map(async ({ name, url }) => ({ name, status: await readNodeStatus(url) })),
  );
  const reachable = places.filter((_, index) => answers[index]?.status !== null);
  const lists = await Promise.all(reachable.map(({ url }) => readMembers(url)));
  return joinNodes(answers, lists.find((list) => list !== null) ?? []);
}

/** Never throws; takes at most some 3 s. */
export async function readRecord(places: {
  nodes: readonly RecordPlace[];
  etcd: readonly RecordPlace[];
}): Promise<RecordState> {
  const [nodes, etcd] = await Promise.all([
    readNodes(places.nodes),
    Promise.all(
      places.etcd.map(async ({ name, url }) => ({ name, ...(await readEtcdState(url)) })),
    ),
  ]);
  return { nodes, etcd };
}
