/**
 * Kills a leader that works on a backlog, again and again; the backlog is refilled to its size each
 * time. The leader has already drained a part of a large backlog; of a small one, which takes only
 * an instant, all payments are in flight. Every kill follows the arrival of more payments, at every
 * size.
 */
import { PAYMENTS_OPTIONS } from '../../payments/config.js';
import { sleep } from '../../shared/clock.js';
import { seededRandom } from '../../shared/random.js';
import { waitUntil } from '../../shared/wait-until.js';
import { readElections } from '../record/evidence.js';
import { startAgain } from '../faults/processes.js';
import { splitHandover } from '../run/handovers.js';
import type { RecordedElection } from '../record/history.js';
import type { Cluster } from '../system/cluster.js';
import { costsOf } from './costs.js';
import { countPending } from './backlog.js';
import type { DrainPlan } from './draining.js';
import type { Kill, DatabaseSize, TakeOverFigures } from './figures.js';

/** Payments that arrive just before the leader is killed. */
const LASTLY = 1_000;
/**
 * Largest number of payments that a leader holds at once: a smaller backlog has no part that can be
 * drained first.
 */
const AT_ONCE = PAYMENTS_OPTIONS.paymentsInFlight.default ?? 0;
/** The part of a larger backlog that is drained first, and its upper limit. */
const WORKED_OFF = { share: 0.1, most: 20_000 };
/**
 * Time from the arrival of the last payments to the kill, ms: parcels are fetched and loaded, and
 * gateway calls are in flight.
 */
const KILL_DELAY_MS = { least: 5, spread: 10 };
/**
 * Largest number of kills that come too late, because a small backlog was already drained: they are
 * repeated.
 */
const MISSES_MAX = 10;
const POLL_MS = 5;
const DEADLINE_MS = 60_000;

/** Number of payments that the leader commits before it is killed. */
export const isWorkedOff = (pending: number): number =>
  pending <= AT_ONCE ? 0 : Math.min(WORKED_OFF.most, Math.floor(pending * WORKED_OFF.share));

export interface KillOrder extends DatabaseSize {
  kills: number;
  seed: number;
}

export async function measureTakeOvers(
  plan: DrainPlan,
  { pending, finished, kills: count, seed }: KillOrder,
): Promise<TakeOverFigures> {
  const { cluster, steering, backlog, signal, onProgress } = plan;
  const random = seededRandom(seed, `kills-${pending}-${finished}`);
  const kills: Kill[] = [];
  let leaderPeakMb = 0;
  for (let tries = 1; kills.length < count; tries += 1) {
    if (tries > count + MISSES_MAX)
      throw new Error(`a backlog of ${pending} is drained before its leader can be killed`);
    const name = `backlog of ${pending}, kill ${kills.length + 1} of ${count}`;
    await steering.park();
    await fillUp(plan, pending - Math.min(LASTLY, pending), name);
    onProgress(`${name}: the leader works`);
    const names = steering.replicas.map((replica) => replica.name);
    const leader = names.splice(random.below(names.length), 1)[0] as string;
    const first = await firstPending(cluster);
    await steering.release(leader, ...names);
    await waitUntilFinal(plan, first + isWorkedOff(pending));
    leaderPeakMb = Math.max(leaderPeakMb, costsOf(cluster, leader)['leader']?.peakMb ?? 0);
    const { term } = await cluster.leadership();
    const last = await backlog.add(Math.min(LASTLY, pending), signal);
    await sleep(KILL_DELAY_MS.least + random.below(KILL_DELAY_MS.spread), signal);
    // No other step before the kill: a thousand payments take only tens of milliseconds.
    const kill = await killLeader(plan, { leader, term }, [first, last]);
    if (kill) kills.push(kill);
  }
  return { pending, finished, kills, leaderPeakMb };
}

/** Refills the backlog to `pending` payments while no replica leads. */
async function fillUp(
  { cluster, backlog, signal, onProgress }: DrainPlan,
  pending: number,
  name: string,
): Promise<void> {
  const missing = pending - (await countPending(cluster));
  await backlog.add(Math.max(0, missing), signal, (added) =>
    onProgress(`${name}: ${added} of ${missing} inserted`),
  );
  await cluster.pool.query('CHECKPOINT');
}

async function firstPending({ pool }: Cluster): Promise<number> {
  const { rows } = await pool.query<{ first: number | null }>(
    'SELECT min(seq) AS first FROM pending_payment',
  );
  return rows[0]?.first ?? 0;
}

/** Waits until the payment with that `seq` is final. @throws Error at the deadline. */
async function waitUntilFinal(
  { cluster: { pool }, signal }: DrainPlan,
  seq: number,
): Promise<void> {
  const text = `SELECT 1 FROM payment WHERE seq = $1 AND status = 'PENDING'`;
  const query = { name: 'growth-passed', text, values: [seq] };
  await waitUntil(async () => (await pool.query(query)).rowCount === 0, {
    deadlineMs: DEADLINE_MS,
    pollMs: POLL_MS,
    signal,
    toError: () => new Error(`payment ${seq} was still pending after ${DEADLINE_MS} ms of work`),
  });
}

interface Led {
  leader: string;
  term: number;
}

/**
 * Kills the leader, waits for the first commit of its successor, and restarts the killed replica.
 * @returns null: the kill came too late.
 */
async function killLeader(
  plan: DrainPlan,
  { leader, term }: Led,
  seqs: Seqs,
): Promise<Kill | null> {
  const { cluster, steering } = plan;
  const victim = cluster.system.process(leader);
  const atMs = Date.now();
  victim.kill('SIGKILL');
  const election = await nextElection(plan, term, seqs);
  await victim.exited;
  await Promise.all(steering.replicas.map(startAgain));
  if (election === null) return null;
  const pending = await pendingAt(cluster, atMs, seqs);
  return { leader, atMs, pending, handover: splitHandover(election, { target: leader, atMs }) };
}

type Seqs = readonly [first: number, last: number];

/**
 * The election after `term`, once its leader has committed a payment. @returns null: no payment was
 * left. @throws Error at the deadline.
 */
async function nextElection(
  { cluster, signal }: DrainPlan,
  term: number,
  seqs: Seqs,
): Promise<RecordedElection | null> {
  const { pool } = cluster;
  const findElection = async (): Promise<{ election: RecordedElection | null } | null> => {
    const next = (await readElections(pool)).find((election) => election.term === term + 1);
    if (next?.firstCommitMs && next.reclaimedMs) return { election: next };
    return next && (await areCommittedUpTo(cluster, term, seqs)) ? { election: null } : null;
  };
  const found = await waitUntil(findElection, {
    deadlineMs: DEADLINE_MS,
    pollMs: POLL_MS,
    signal,
    toError: () => new Error(`nothing was committed under a new term within ${DEADLINE_MS} ms`),
  });
  return found.election;
}

/** Whether all payments between two `seq` were committed under that term or an earlier one. */
async function areCommittedUpTo({ pool }: Cluster, term: number, seqs: Seqs): Promise<boolean> {
  if ((await pool.query('SELECT 1 FROM pending_payment LIMIT 1')).rowCount !== 0) return false;
  return (
    (
      await pool.query('SELECT 1 FROM payment WHERE seq BETWEEN $1 AND $2 AND term > $3 LIMIT 1', [
        ...seqs,
        term,
      ])
    ).rowCount === 0
  );
}

/** Number of payments between two `seq` that were not final at that time. */
async function pendingAt({ pool }: Cluster, atMs: number, seqs: Seqs): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*) FROM payment
      WHERE seq BETWEEN $2 AND $3 AND (completed_at IS NULL OR completed_at > to_timestamp($1::float8 / 1000))`,
    [atMs, ...seqs],
  );
  return rows[0]?.count ?? 0;
}
