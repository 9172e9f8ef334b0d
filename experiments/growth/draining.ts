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
import { costsOf, memoryOf, resetPeaks } from './costs.js';
import {
  sumCpu,
  type AcceptRound,
  type CostFigures,
  type DrainRound,
  type DatabaseSize,
} from './figures.js';
import type { ClusterControl } from './cluster-control.js';

/** The part of each backlog that is sent through the API, and its upper limit. */
const THROUGH_API = { share: 0.2, most: 50_000 };
const LOOK_MS = 500;
const POLL_MS = 50;
/** A leader without progress for this long is considered stuck, ms. */
const STUCK_MS = 60_000;

export interface DrainPlan {
  cluster: Cluster;
  steering: ClusterControl;
  backlog: GrowthBacklog;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

/** Number of payments sent through the API, for a backlog of `pending`. */
const throughApi = (pending: number): number =>
  Math.min(THROUGH_API.most, Math.round(pending * THROUGH_API.share));

/**
 * Drains a backlog of one size, `rounds` times. The leader is always the first replica, so that it
 * is equally warm at every size.
 */
export async function measureCosts(
  plan: DrainPlan,
  size: DatabaseSize & { rounds: number },
): Promise<CostFigures> {
  const { pending, finished, rounds } = size;
  const { cluster, steering } = plan;
  const leader = steering.replicas[0]?.name as string;
  resetPeaks(cluster, leader);
  const accepted: AcceptRound[] = [];
  const drained: DrainRound[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const name = `backlog of ${pending}, drain ${round} of ${rounds}`;
    const after = await lastSeq(cluster);
    await steering.park();
    await plan.backlog.add(pending - throughApi(pending), plan.signal, (added) =>
      plan.onProgress(`${name}: ${added} inserted`),
    );
    accepted.push(await acceptBatches(cluster, throughApi(pending), leader, plan.signal));
    plan.onProgress(`${name}: draining`);
    drained.push(await drain(plan, leader, { payments: pending, after }));
  }
  return { pending, finished, accepted, drained, memory: memoryOf(costsOf(cluster, leader)) };
}

/** A backlog: its number of payments, and the `seq` before its first payment. */
interface Laid {
  payments: number;
  after: number;
}

/** Makes `leader` lead and waits until nothing is pending. */
async function drain(
  { cluster, steering, signal }: DrainPlan,
  leader: string,
  { payments, after }: Laid,
): Promise<DrainRound> {
  const { pool } = cluster;
  const last = await lastSeq(cluster);
  await pool.query('CHECKPOINT');
  const before = costsOf(cluster, leader);
  const { term } = await cluster.leadership();
  await steering.release(leader);
  const looks = await waitUntilFinal(cluster, last, signal);
  const cpuMs = sumCpu(before, costsOf(cluster, leader));
  return { payments, cpuMs, ...looks, ...(await timesOf(cluster, after, term)) };
}

export async function lastSeq({ pool }: Cluster): Promise<number> {
  const { rows } = await pool.query<{ last: number }>('SELECT max(seq) AS last FROM payment');
  return rows[0]?.last ?? 0;
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
  await overduePayments(pool, {
    partition: 0,
    throughSeq: first === null ? null : first - 1,
    graceMs: 0,
    limit: SWEEP_MAX,
  });
  return { first, tookMs: performance.now() - startMs };
}

/** Waits until nothing is pending, under any leader. @throws Error when the leader is stuck. */
export const waitUntilAllFinal = async (cluster: Cluster, signal: AbortSignal): Promise<Looks> =>
  waitUntilFinal(cluster, await lastSeq(cluster), signal);

type Looks = Pick<DrainRound, 'looksMs' | 'lookAtEndMs'>;

/**
 * Queries the beginning of the backlog periodically, and once more when the backlog is empty: the
 * last query reads all dead index entries. @throws Error when the leader is stuck.
 */
async function waitUntilFinal(cluster: Cluster, last: number, signal: AbortSignal): Promise<Looks> {
  const looksMs: number[] = [];
  let passed = { seq: 0, atMs: performance.now() };
  for (let lookedMs = performance.now(); ;) {
    if (await isFinal(cluster, last)) {
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

async function isFinal({ pool }: Cluster, seq: number): Promise<boolean> {
  const text = `SELECT status <> 'PENDING' AS final FROM payment WHERE seq = $1`;
  const { rows } = await pool.query<{ final: boolean }>({
    name: 'growth-last',
    text,
    values: [seq],
  });
  return rows[0]?.final === true;
}

/** Times by PostgreSQL's clock, from the promotion of the term after `term`. */
async function timesOf(
  { pool }: Cluster,
  afterSeq: number,
  term: number,
): Promise<Pick<DrainRound, 'seconds' | 'waitedMs'>> {
  const { rows } = await pool.query<{ seconds: number; waited: [number, number, number, number] }>(
    `SELECT extract(epoch FROM max(completed_at) - (SELECT coalesce(promoted_at, elected_at) FROM election
                                                     WHERE partition = 0 AND term = $2))::float8 AS seconds,
            percentile_disc('{0.5,0.95,0.99,1}'::float8[])
              WITHIN GROUP (ORDER BY (extract(epoch FROM completed_at - accepted_at) * 1000)::float8) AS waited
       FROM payment WHERE seq > $1`,
    [afterSeq, term + 1],
  );
  const { seconds = NaN, waited: [p50, p95, p99, max] = [NaN, NaN, NaN, NaN] } = rows[0] ?? {};
  return { seconds, waitedMs: { p50, p95, p99, max } };
}
