/**
 * Inserts a backlog while no replica leads, then lets one leader with warm code drain it: measures
 * the rate, the cost and the memory.
 */
import { lookAtBacklog } from '../../patients/records/payment-rows.js';
import { SWEEP_MAX } from '../../payments/core/relay.js';
import { sleep } from '../../shared/clock.js';
import { overduePayments } from '../../shared/postgres/ledger.js';
import type { Cluster } from '../system/cluster.js';
import { acceptBatches } from './accepting.js';
import type { GrowthBacklog } from './backlog.js';
import type { ClusterControl } from './cluster-control.js';
import { getMemory, readCosts, resetPeaks, sumCpu } from './costs.js';
import type { AcceptRound, CostFigures, DatabaseSize, DrainRound } from './figures.js';
import { exists, lastSeq, readRow } from './rows.js';

/** The part of each backlog that is sent through the API, and its upper limit. */
const THROUGH_API = { share: 0.2, most: 50_000 };
const LOOK_MS = 500;
const POLL_MS = 50;
/** A leader without progress for this long is considered stuck, ms. */
const STUCK_MS = 60_000;

/** The cluster of a run, and the tools that every measurement needs. */
export interface GrowthTools {
  cluster: Cluster;
  control: ClusterControl;
  backlog: GrowthBacklog;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

/**
 * Drains a backlog of one size, `rounds` times. The leader is always the first replica, so that it
 * is equally warm at every size.
 */
export async function measureCosts(
  tools: GrowthTools,
  { pending, finished, rounds }: DatabaseSize & { rounds: number },
): Promise<CostFigures> {
  const { cluster, control, backlog, signal, onProgress } = tools;
  const leader = control.replicas[0]?.name as string;
  const sent = Math.min(THROUGH_API.most, Math.round(pending * THROUGH_API.share));
  const accepted: AcceptRound[] = [];
  const drained: DrainRound[] = [];
  resetPeaks(cluster, leader);
  for (let round = 1; round <= rounds; round += 1) {
    const name = `backlog of ${pending}, drain ${round} of ${rounds}`;
    const after = await lastSeq(cluster);
    await control.park();
    await backlog.add(pending - sent, signal, (added) => onProgress(`${name}: ${added} inserted`));
    accepted.push(await acceptBatches(cluster, sent, leader, signal));
    onProgress(`${name}: draining`);
    drained.push(await drain(tools, leader, pending, after));
  }
  return { pending, finished, accepted, drained, memory: getMemory(readCosts(cluster, leader)) };
}

/** Makes `leader` lead, and waits until the payments after the `seq` `after` are final. */
async function drain(
  { cluster, control, signal }: GrowthTools,
  leader: string,
  payments: number,
  after: number,
): Promise<DrainRound> {
  const last = await lastSeq(cluster);
  await cluster.pool.query('CHECKPOINT');
  const before = readCosts(cluster, leader);
  const { term } = await cluster.leadership();
  await control.release(leader);
  const looks = await waitUntilFinal(cluster, last, signal);
  const cpuMs = sumCpu(before, readCosts(cluster, leader));
  return { payments, cpuMs, ...looks, ...(await readTimes(cluster, after, term)) };
}

/**
 * Repeats the two queries that run all the time, patients' count of pending payments and the query
 * of the leader's relay for overdue payments, and returns their total duration. Both read index
 * entries of payments that were pending until shortly before. `first` null: nothing is pending.
 */
async function look(
  { pool }: Cluster,
  from: number,
): Promise<{ first: number | null; tookMs: number }> {
  const startMs = performance.now();
  const { oldest: first } = await lookAtBacklog(pool, 0, from);
  const throughSeq = first === null ? null : first - 1;
  await overduePayments(pool, { partition: 0, throughSeq, graceMs: 0, limit: SWEEP_MAX });
  return { first, tookMs: performance.now() - startMs };
}

/**
 * Queries the beginning of the backlog periodically, and once more when the payment with the `seq`
 * `last` is final: the last query reads all dead index entries. @throws Error when the leader is
 * stuck.
 */
export async function waitUntilFinal(
  cluster: Cluster,
  last: number,
  signal: AbortSignal,
): Promise<Pick<DrainRound, 'looksMs' | 'lookAtEndMs'>> {
  const text = `SELECT 1 FROM payment WHERE seq = $1 AND status <> 'PENDING'`;
  const looksMs: number[] = [];
  let passed = { seq: 0, atMs: performance.now() };
  for (let lookedMs = performance.now(); ;) {
    if (await exists(cluster, text, [last])) {
      const { first, tookMs } = await look(cluster, passed.seq);
      if (first === null) return { looksMs, lookAtEndMs: tookMs };
    }
    await sleep(POLL_MS, signal);
    if (performance.now() - lookedMs < LOOK_MS) continue;
    const { first, tookMs } = await look(cluster, passed.seq);
    looksMs.push(tookMs);
    lookedMs = performance.now();
    if ((first ?? last) > passed.seq) passed = { seq: first ?? last, atMs: lookedMs };
    if (lookedMs - passed.atMs > STUCK_MS)
      throw new Error(`nothing was committed for ${STUCK_MS} ms; payment ${passed.seq} is pending`);
  }
}

/** Times by PostgreSQL's clock, from the promotion of the term after `term`. */
async function readTimes(
  cluster: Cluster,
  afterSeq: number,
  term: number,
): Promise<Pick<DrainRound, 'seconds' | 'waitedMs'>> {
  const row = await readRow<{ seconds: number; waited: [number, number, number, number] }>(
    cluster,
    `SELECT extract(epoch FROM max(completed_at) - (SELECT coalesce(promoted_at, elected_at) FROM election
                                                     WHERE partition = 0 AND term = $2))::float8 AS seconds,
            percentile_disc('{0.5,0.95,0.99,1}'::float8[])
              WITHIN GROUP (ORDER BY (extract(epoch FROM completed_at - accepted_at) * 1000)::float8) AS waited
       FROM payment WHERE seq > $1`,
    [afterSeq, term + 1],
  );
  const { seconds = NaN, waited: [p50, p95, p99, max] = [NaN, NaN, NaN, NaN] } = row ?? {};
  return { seconds, waitedMs: { p50, p95, p99, max } };
}
