/**
 * Reads the state of the database nodes from Patroni's REST API. Each node answers for itself
 * (`/patroni`); one of them answers for all from etcd (`/cluster`), which shows a node that was
 * killed until its entry expires.
 */
import { z } from 'zod';
import { askJson, askText } from './ask-json.js';

const TIMEOUT_MS = 1_500;
const word = z.string().max(100);

/** One connection of a standby to the primary. */
const replication = z.object({
  application_name: word,
  state: word.nullable(),
  sync_state: word.nullable(),
});

const nodeStatus = z.object({
  state: word,
  role: word,
  timeline: z.int().nullish(),
  server_version: z.int().optional(),
  replication: z.array(replication).max(50).optional(),
  patroni: z.object({ version: word }).optional(),
  pause: z.boolean().optional(),
  failsafe_mode_is_active: z.boolean().optional(),
});

const clusterStatus = z.object({
  members: z
    .array(
      z.object({
        name: word,
        role: word,
        state: word,
        timeline: z.int().nullish(),
        /** `unknown` while the standby has no position. */
        lag: z.union([z.number(), word]).nullish(),
      }),
    )
    .max(50),
});

export type NodeStatus = z.infer<typeof nodeStatus>;
export type ClusterMember = z.infer<typeof clusterStatus>['members'][number];

/** The answer of a node about itself; null without a valid one. Never throws. */
export async function readNodeStatus(restUrl: string): Promise<NodeStatus | null> {
  try {
    const { document } = await askJson(`${restUrl}/patroni`, { timeoutMs: TIMEOUT_MS });
    return nodeStatus.parse(document);
  } catch {
    return null;
  }
}

/** The members as etcd lists them, asked from one node; null without a valid answer. */
export async function readMembers(restUrl: string): Promise<ClusterMember[] | null> {
  try {
    const { document } = await askJson(`${restUrl}/cluster`, { timeoutMs: TIMEOUT_MS });
    return clusterStatus.parse(document).members;
  } catch {
    return null;
  }
}

/** Longest wait for a switchover, ms: Patroni answers when another node is the primary. */
const SWITCHOVER_MS = 60_000;

/** The account that may change a cluster. */
export interface PatroniAccount {
  name: string;
  password: string;
}

/** Hands the primary over to a standby. @throws Error with Patroni's reason. */
export async function requestSwitchover(
  restUrl: string,
  leader: string,
  account: PatroniAccount,
): Promise<void> {
  const { status, text } = await askText(`${restUrl}/switchover`, {
    timeoutMs: SWITCHOVER_MS,
    method: 'POST',
    body: { leader },
    account,
  });
  if (status !== 200) throw new Error(`Patroni refused the switchover: ${text.slice(0, 200)}`);
}

/** Longest wait for a change of the shared settings, ms. */
const UPDATE_MS = 10_000;

/**
 * Changes the settings that all nodes share. Never throws. @returns whether Patroni accepted them.
 */
export async function updateSettings(
  restUrl: string,
  settings: Readonly<Record<string, unknown>>,
  account: PatroniAccount,
): Promise<boolean> {
  try {
    const { status } = await askJson(`${restUrl}/config`, {
      timeoutMs: UPDATE_MS,
      method: 'PATCH',
      body: settings,
      account,
    });
    return status === 200;
  } catch {
    return false;
  }
}
