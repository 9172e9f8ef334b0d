/**
 * Sends batches through the API while a backlog is pending and no replica leads: measures the cost
 * of acceptance and the memory of patients.
 */
import { randomUUID } from 'node:crypto';
import type { Cluster } from '../system/cluster.js';
import { readCosts, sumCpu } from './costs.js';
import type { AcceptRound } from './figures.js';

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
  const before = readCosts(cluster, leader);
  const startMs = performance.now();
  let left = payments;
  const send = async (): Promise<void> => {
    while (left > 0) {
      const count = Math.min(BATCH, left);
      left -= count;
      await sendBatch(cluster, count, signal);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, send));
  const seconds = (performance.now() - startMs) / 1_000;
  return { payments, seconds, cpuMs: sumCpu(before, readCosts(cluster, leader)) };
}

async function sendBatch(cluster: Cluster, count: number, signal: AbortSignal): Promise<void> {
  const answer = await fetch(`${cluster.addresses[0]}/api/batches`, {
    method: 'POST',
    headers: {
      'authorization': `Bearer ${cluster.system.tokens.api}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify({ count, timeoutMs: 0 }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new Error(
      `a batch was refused while a backlog is pending: HTTP ${answer.status} ${text}`,
    );
  const { sent } = JSON.parse(text) as { sent: number };
  if (sent !== count) throw new Error(`a batch of ${count} payments was accepted with ${sent}`);
}
