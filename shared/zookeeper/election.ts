/**
 * The election recipe: each candidate creates an ephemeral sequential node, and the lowest sequence
 * leads. Guarantees:
 *
 * - One candidate per GUID: after a lost answer, the node is looked up before another is created.
 * - A candidate that leads does so until its node is removed: no later node has a lower sequence.
 * - The epoch, the `czxid` of the node, is higher for every later leader.
 *
 * No guarantee: a candidate whose session ended may still believe that it leads. Its transactions
 * must check its node, and receivers outside ZooKeeper must refuse older epochs.
 */
import type { ZooKeeper } from './client.js';
import { createNode, readChildren, readCreationId } from './data.js';

export interface ElectionCandidate {
  /** Name of the node, `<name>-<guid>-<sequence>`. */
  node: string;
  /** Its `czxid`. */
  epoch: number;
}

const SEQUENCE = /-(\d{10})$/;

/** The names in the order of their sequence numbers; nodes without one are left out. */
export const sortCandidates = (nodes: readonly string[]): string[] =>
  nodes
    .flatMap((node) => {
      const sequence = SEQUENCE.exec(node)?.[1];
      return sequence === undefined ? [] : [{ node, sequence }];
    })
    .sort((a, b) => (a.sequence < b.sequence ? -1 : 1))
    .map(({ node }) => node);

/** The candidate's own name: `device_1` of `device_1-<guid>-0000000003`. */
export const toCandidateName = (node: string): string =>
  node.replace(/-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-\d{10}$/, '');

/**
 * Creates the candidate of this GUID, or finds the one that an earlier call created without
 * receiving the answer.
 * @throws ZooKeeperError; RangeError when the epoch is no exact number.
 */
export async function standForElection(
  zk: ZooKeeper,
  parent: string,
  { name, guid }: { name: string; guid: string },
): Promise<ElectionCandidate> {
  const existing = (await readChildren(zk, parent)).find((node) => node.includes(guid));
  const node = existing ?? (await createCandidate(zk, `${parent}/${name}-${guid}-`, name));
  const epoch = await readCreationId(zk, `${parent}/${node}`);
  if (epoch === null) return standForElection(zk, parent, { name, guid });
  return { node, epoch };
}

async function createCandidate(zk: ZooKeeper, prefix: string, name: string): Promise<string> {
  const path = await createNode(zk, prefix, name, 'ephemeral-sequential');
  return path.slice(path.lastIndexOf('/') + 1);
}
