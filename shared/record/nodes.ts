/**
 * Joins the answers of the database nodes to one view: the role, state, lag and timeline of each
 * node. The answer of a node about itself decides its role, because etcd still lists a killed
 * primary until its entry expires. Pure.
 */
import type { ClusterMember, NodeStatus } from './patroni-client.js';

/**
 * `sync-standby`: commits wait for this node, and it may replace the primary. `none`: it does not
 * run, or is about to start.
 */
export const NODE_ROLES = ['primary', 'sync-standby', 'standby', 'none', 'unknown'] as const;
type NodeRole = (typeof NODE_ROLES)[number];

export interface DatabaseNode {
  name: string;
  role: NodeRole;
  /** Patroni's word: `running`, `starting`, …; `silent`: Patroni does not answer. */
  state: string;
  /** Bytes of the write-ahead log that it lacks; null: unknown, or the primary. */
  lagBytes: number | null;
  timeline: number | null;
  /** Whether it receives the write-ahead log from the primary now; null for the primary. */
  streaming: boolean | null;
}

export interface NodeAnswer {
  name: string;
  /** Null: it did not answer. */
  status: NodeStatus | null;
}

/** The state of a node whose Patroni does not answer. */
export const SILENT = 'silent';

const PRIMARY = new Set(['master', 'primary']);
/** Values of PostgreSQL's `sync_state` for which commits wait. */
const SYNCHRONOUS = new Set(['sync', 'quorum']);

const isPrimary = ({ status }: NodeAnswer): boolean =>
  status?.state === 'running' && PRIMARY.has(status.role);

/** Patroni's words for a node that may replace the primary. */
const MAY_REPLACE = new Set(['sync_standby', 'quorum_standby']);

/** The connection of a standby, as the primary lists it. */
const findConnection = (name: string, primary: NodeAnswer | undefined) =>
  primary?.status?.replication?.find((entry) => entry.application_name === name);

/**
 * Whether etcd lists a node as one that may replace the primary: Patroni writes that down after
 * PostgreSQL waits for the node. Without a list, the answer of PostgreSQL counts.
 */
const mayReplace = (name: string, members: readonly ClusterMember[]): boolean =>
  members.length === 0 ||
  members.some((member) => member.name === name && MAY_REPLACE.has(member.role));

function getRole(
  answer: NodeAnswer,
  primary: NodeAnswer | undefined,
  members: readonly ClusterMember[],
): NodeRole {
  if (answer.status === null) return 'unknown';
  if (isPrimary(answer)) return 'primary';
  if (answer.status.state !== 'running') return 'none';
  const { sync_state: mode } = findConnection(answer.name, primary) ?? {};
  return SYNCHRONOUS.has(mode ?? '') && mayReplace(answer.name, members)
    ? 'sync-standby'
    : 'standby';
}

/** @param members the list of etcd; empty: unknown. */
export function joinNodes(
  answers: readonly NodeAnswer[],
  members: readonly ClusterMember[],
): DatabaseNode[] {
  const primary = answers.find(isPrimary);
  return answers.map((answer) => {
    const { name, status } = answer;
    const role = getRole(answer, primary, members);
    const member = members.find((entry) => entry.name === name);
    const lag = status === null || role === 'primary' ? null : member?.lag;
    return {
      name,
      role,
      state: status?.state ?? SILENT,
      lagBytes: typeof lag === 'number' ? lag : null,
      timeline: status?.timeline ?? null,
      streaming: role === 'primary' ? null : findConnection(name, primary)?.state === 'streaming',
    };
  });
}

/** The part of the write-ahead log that a primary keeps for a standby that is away, in MB. */
export const LOG_KEPT_MB = 1_024;
const BYTES_PER_MB = 1_048_576;

/** Whether the primary may have deleted log that this standby needs: it then needs a new copy. */
export const lacksDeletedLog = ({ streaming, lagBytes }: DatabaseNode): boolean =>
  streaming === false && lagBytes !== null && lagBytes > LOG_KEPT_MB * BYTES_PER_MB;

/** Whether one node accepts writes and a synchronous standby confirms them. */
export const acceptsWrites = (nodes: readonly DatabaseNode[]): boolean =>
  nodes.filter(({ role }) => role === 'primary').length === 1 &&
  nodes.some(({ role }) => role === 'sync-standby');

/** Whether all nodes work: it accepts writes, and every other node streams. */
export const isWhole = (nodes: readonly DatabaseNode[]): boolean =>
  acceptsWrites(nodes) && nodes.every(({ role, streaming }) => role === 'primary' || streaming);
