/**
 * Sends batches through the API while a backlog is pending and no replica leads: measures the cost
 * of acceptance and the memory of patients.
 */
import { randomUUID } from 'node:crypto';
import type { Cluster } from '../system/cluster.js';
import { costsOf } from './costs.js';
import { sumCpu, type AcceptRound } from './figures.js';

/** Payments per batch: about as many as the reports send at once. */
const BATCH = 200;
/** Batches in flight at once. */
const AT_ONCE = 4;
const ANSWER_MS = 60_000;

/**
 * @throws Error when a batch is refused. @param leader the replica whose costs are reported as the
 *   leader's.
 */
export async function acceptBatches(
  cluster: Cluster,
  payments: number,
  leader: string,
  signal: AbortSignal,
): Promise<AcceptRound> {
  const before = costsOf(cluster, leader);
  const startMs = performance.now();
  let left = payments;
  const sender = async (): Promise<void> => {
    while (left > 0) {
      const count = Math.min(BATCH, left);
      left -= count;
      await sendBatch(cluster, count, signal);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  const seconds = (performance.now() - startMs) / 1_000;
  return { payments, seconds, cpuMs: sumCpu(before, costsOf(cluster, leader)) };
}

async function sendBatch(
  { system, addresses }: Cluster,
  count: number,
  signal: AbortSignal,
): Promise<void> {
  const answer = await fetch(`${addresses[0]}/api/batches`, {
    method: 'POST',
    headers: {
      'authorization': `Bearer ${system.tokens.api}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify({ count, timeoutMs: 0 }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
  });
  if (!answer.ok)
    throw new Error(
      `a batch was refused while a backlog is pending: HTTP ${answer.status} ${await answer.text()}`,
    );
  const { sent } = (await answer.json()) as { sent: number };
  if (sent !== count) throw new Error(`a batch of ${count} payments was accepted with ${sent}`);
}
