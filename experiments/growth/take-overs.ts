/**
 * Kills a leader that works on a backlog, again and again; the backlog is refilled to its size each
 * time. The leader has already drained a part of a large backlog; of a small one, which takes only
 * an instant, all payments are in flight. Every kill follows the arrival of more payments, at every
 * size.
 */
import { PAYMENTS_OPTIONS } from '../../payments/config.js';
import { sleep } from '../../shared/clock.js';
import { seededRandom } from '../../shared/random.js';
import { readElections } from '../record/evidence.js';
import { startAgain } from '../faults/processes.js';
import { splitHandover } from '../record/handovers.js';
import type { Cluster } from '../system/cluster.js';
import { readCosts } from './costs.js';
import type { GrowthTools } from './draining.js';
import type { DatabaseSize, Kill, TakeOverFigures } from './figures.js';
import { exists, readRow, waitFor } from './rows.js';

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

const FIRST_PENDING = 'SELECT min(seq) AS first FROM pending_payment';
const IS_PENDING = `SELECT 1 FROM payment WHERE seq = $1 AND status = 'PENDING'`;
const COMMITTED_LATER = 'SELECT 1 FROM payment WHERE seq BETWEEN $1 AND $2 AND term > $3 LIMIT 1';
/** Number of payments that were not final at the time $3, ms. */
const PENDING_AT = `
SELECT count(*) FROM payment
 WHERE seq BETWEEN $1 AND $2 AND (completed_at IS NULL OR completed_at > to_timestamp($3::float8 / 1000))`;

/** Number of payments that the leader commits before it is killed. */
export const isWorkedOff = (pending: number): number =>
  pending <= AT_ONCE ? 0 : Math.min(WORKED_OFF.most, Math.floor(pending * WORKED_OFF.share));

export async function measureTakeOvers(
  tools: GrowthTools,
  { pending, finished, kills: count, seed }: DatabaseSize & { kills: number; seed: number },
): Promise<TakeOverFigures> {
  const { cluster, control, backlog, signal, onProgress } = tools;
  const random = seededRandom(seed, `kills-${pending}-${finished}`);
  const lastly = Math.min(LASTLY, pending);
  const kills: Kill[] = [];
  let leaderPeakMb = 0;
  for (let tries = 1; kills.length < count; tries += 1) {
    if (tries > count + MISSES_MAX)
      throw new Error(`a backlog of ${pending} is drained before its leader can be killed`);
    const name = `backlog of ${pending}, kill ${kills.length + 1} of ${count}`;
    await control.park();
    await refill(tools, pending - lastly, name);
    onProgress(`${name}: the leader works`);
    const names = control.replicas.map((replica) => replica.name);
    const leader = names.splice(random.below(names.length), 1)[0] as string;
    const first = (await readRow<{ first: number | null }>(cluster, FIRST_PENDING))?.first ?? 0;
    await control.release(leader, ...names);
    await waitUntilPassed(tools, first + isWorkedOff(pending));
    leaderPeakMb = Math.max(leaderPeakMb, readCosts(cluster, leader)['leader']?.peakMb ?? 0);
    const { term } = await cluster.leadership();
    const last = await backlog.add(lastly, signal);
    await sleep(KILL_DELAY_MS.least + random.below(KILL_DELAY_MS.spread), signal);
    // No other step before the kill: a thousand payments take only tens of milliseconds.
    const kill = await killLeader(tools, leader, term, [first, last]);
    if (kill) kills.push(kill);
  }
  return { pending, finished, kills, leaderPeakMb };
}

/** Refills the backlog to `pending` payments while no replica leads. */
async function refill(
  { cluster, backlog, signal, onProgress }: GrowthTools,
  pending: number,
  name: string,
): Promise<void> {
  // Reads all pending payments: not while a time is measured.
  const text = 'SELECT count(*) FROM pending_payment';
  const missing = pending - ((await readRow<{ count: number }>(cluster, text))?.count ?? 0);
  await backlog.add(Math.max(0, missing), signal, (added) =>
    onProgress(`${name}: ${added} of ${missing} inserted`),
  );
  await cluster.pool.query('CHECKPOINT');
}

/** Waits until the payment with that `seq` is final. @throws Error at the deadline. */
const waitUntilPassed = ({ cluster, signal }: GrowthTools, seq: number): Promise<unknown> =>
  waitFor(
    `payment ${seq} to be final`,
    signal,
    async () => !(await exists(cluster, IS_PENDING, [seq])),
  );

/** `seq` of the first and the last payment of a backlog. */
type Seqs = readonly [first: number, last: number];

/**
 * Kills the leader, waits for the first commit of its successor, and restarts the killed replica.
 * @returns null: the kill came too late, no payment was left. @throws Error at the deadline.
 */
async function killLeader(
  { cluster, control, signal }: GrowthTools,
  leader: string,
  term: number,
  seqs: Seqs,
): Promise<Kill | null> {
  const victim = cluster.system.process(leader);
  const atMs = Date.now();
  victim.kill('SIGKILL');
  const election = await waitFor('a commit under a new term', signal, async () => {
    const next = (await readElections(cluster.pool)).find((each) => each.term === term + 1);
    if (next?.firstCommitMs && next.reclaimedMs) return next;
    return next && (await areCommitted(cluster, term, seqs)) ? 'too late' : null;
  });
  await victim.exited;
  await Promise.all(control.replicas.map(startAgain));
  if (election === 'too late') return null;
  const row = await readRow<{ count: number }>(cluster, PENDING_AT, [...seqs, atMs]);
  const handover = splitHandover(election, { target: leader, atMs });
  return { leader, atMs, pending: row?.count ?? 0, handover };
}

/** Whether all payments of a backlog were committed under that term or an earlier one. */
const areCommitted = async (cluster: Cluster, term: number, seqs: Seqs): Promise<boolean> =>
  !(await exists(cluster, 'SELECT 1 FROM pending_payment LIMIT 1')) &&
  !(await exists(cluster, COMMITTED_LATER, [...seqs, term]));
