/**
 * Hands the primary over to a standby through Patroni's REST API. Each Patroni checks the cluster
 * once in `loop_wait`, and a third node that checks it while no node is the primary pauses for two
 * seconds; no commit is acknowledged before that node follows the new primary. So the synchronous
 * standby is woken until it is the primary, and then the others. Waking changes no decision of
 * Patroni and no setting.
 */
import { sleep } from '../../shared/clock.js';
import {
  readMembers,
  requestSwitchover,
  updateSettings,
  type PatroniAccount,
} from '../../shared/record/patroni-client.js';
import type { DatabaseNode } from '../../shared/record/nodes.js';
import type { RecordPlace } from '../../shared/record/read-record.js';
import { waitUntil } from '../../shared/wait-until.js';

const POLL_MS = 50;
/** Longest wait for a synchronous standby, ms. */
const PAIR_DEADLINE_MS = 15_000;

/** The names of the primary and its synchronous standby; null: one of the two is missing. Pure. */
function findPair(nodes: readonly DatabaseNode[]): { primary: string; candidate: string } | null {
  const find = (role: DatabaseNode['role']): string | undefined =>
    nodes.find((node) => node.role === role)?.name;
  const [primary, candidate] = [find('primary'), find('sync-standby')];
  return primary && candidate ? { primary, candidate } : null;
}

/** @throws Error when the cluster has no primary, or no synchronous standby, for too long. */
export const waitForPair = (
  readNodes: () => Promise<readonly DatabaseNode[]>,
): Promise<{ primary: string; candidate: string }> =>
  waitUntil(async () => findPair(await readNodes()), {
    deadlineMs: PAIR_DEADLINE_MS,
    pollMs: POLL_MS,
    toError: () => new Error('no node is the primary, or no standby can be'),
  });

export interface Switchover {
  /** The node that is the primary. */
  primary: RecordPlace;
  /** The synchronous standby, which Patroni chooses. */
  candidate: RecordPlace;
  /** All other nodes. */
  others: readonly RecordPlace[];
  account: PatroniAccount;
  /** The `ttl` of the cluster, which stays as it is. */
  ttlSeconds: number;
}

/** @throws Error with the reason when Patroni refuses. */
export async function performSwitchover(switchover: Switchover): Promise<void> {
  const { primary, account } = switchover;
  const ended = new AbortController();
  const waking = wakeNodes(switchover, ended.signal);
  try {
    await requestSwitchover(primary.url, primary.name, account);
  } finally {
    ended.abort();
    await waking;
  }
}

/** Ends when another node is the primary, or by the signal. Never rejects. */
async function wakeNodes(
  { primary, candidate, others, account, ttlSeconds }: Switchover,
  signal: AbortSignal,
): Promise<void> {
  // An update to the same value is not stored; Patroni only checks the cluster at once.
  const wake = ({ url }: RecordPlace): Promise<boolean> =>
    updateSettings(url, { ttl: ttlSeconds }, account);
  const isReplaced = async (): Promise<boolean> => {
    const leader = (await readMembers(candidate.url))?.find(({ role }) => role === 'leader');
    return leader !== undefined && leader.name !== primary.name;
  };
  while (!signal.aborted) {
    if (await isReplaced()) {
      await Promise.all(others.map(wake));
      return;
    }
    await wake(candidate);
    await sleep(POLL_MS, signal).catch(() => undefined);
  }
}
