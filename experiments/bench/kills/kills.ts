/**
 * Kills the worker while it works, restarts it, and counts afterwards: payments without a charge
 * (lost), payments with more than one (doubled), and payments without a final row. The gateway's
 * ledger is outside the contestant's own transactions, as a real gateway is.
 */
import { seededRandom } from '../../../shared/random.js';
import { pollUntil, waitUntil } from '../../../shared/wait-until.js';
import type { BenchEnvironment, Measurement } from '../benchmark.js';
import { nowNs, secondsOf } from '../programs/commands.js';

/** Payments that are added before each kill. */
const PORTION = 100;
/** A kill comes after 1 to this many charges since the last addition. */
const LATEST_KILL = 60;
/** Kills that find no work do not count; a contestant with more of them than this is refused. */
const FUTILE_TIMES = 3;
const WORK_MS = 60_000;
const POLL_MS = 3;
/**
 * The work is over after this long without a change: longer than the wait for a dead worker's jobs.
 */
const REST_MS = 20_000;
const REST_POLL_MS = 100;

/** Mean duration of a gateway call, ms. */
export const KILLED_CALL_MS = 20;

/** A contestant at work. */
export interface Killable {
  /** Resolves when all of them are accepted. */
  enqueue(count: number): Promise<void>;
  /** Number of charges in the gateway's ledger. */
  countCharges(): Promise<number>;
  /** Number of payments with a final row. */
  countRows(): Promise<number>;
  /** Kills the process that does the work (SIGKILL); resolves when it is dead. */
  kill(): Promise<void>;
  /** Starts a new process in its place. */
  revive(): Promise<void>;
  /** The payment of each charge in the ledger. */
  readCharges(): Promise<readonly string[]>;
}

/** The counts of one contestant. */
export interface KillCounts {
  payments: number;
  /** Kills while payments were not final. */
  kills: number;
  lost: number;
  doubled: number;
  /** Payments without a final row when the work was over. */
  open: number;
}

/** Pure. @param charged the payment of each charge. */
export function countKillEffects(
  payments: number,
  charged: readonly string[],
): Pick<KillCounts, 'lost' | 'doubled'> {
  const times = new Map<string, number>();
  for (const payment of charged) times.set(payment, (times.get(payment) ?? 0) + 1);
  const doubled = [...times.values()].filter((count) => count > 1).length;
  return { lost: payments - times.size, doubled };
}

type Wanted = Pick<BenchEnvironment, 'kills' | 'seed' | 'signal'>;

/** One kill in the middle of a portion. @returns whether it hit unfinished payments. */
async function killOnce(one: Killable, sent: number, charges: number, signal: AbortSignal) {
  const before = await one.countCharges();
  await one.enqueue(PORTION);
  await waitUntil(async () => (await one.countCharges()) >= before + charges, {
    deadlineMs: WORK_MS,
    pollMs: POLL_MS,
    signal,
    toError: () => new Error(`fewer than ${charges} charges within ${WORK_MS / 1_000} s`),
  });
  await one.kill();
  const isHit = (await one.countRows()) < sent;
  await one.revive();
  return isHit;
}

/** Waits until every payment is final, or nothing happens any more. */
async function comeToRest(one: Killable, payments: number, signal: AbortSignal): Promise<number> {
  let rows = 0;
  let seen = '';
  let changedAt = performance.now();
  await pollUntil(
    async () => {
      rows = await one.countRows();
      const now = `${rows} ${await one.countCharges()}`;
      if (now !== seen) changedAt = performance.now();
      seen = now;
      return rows >= payments || performance.now() - changedAt > REST_MS;
    },
    { deadlineMs: Infinity, pollMs: REST_POLL_MS, signal },
  );
  return rows;
}

/** @throws Error when too many kills found no work. */
export async function measureKills(
  one: Killable,
  { kills: wanted, seed, signal }: Wanted,
): Promise<Omit<Measurement, 'problems'>> {
  const random = seededRandom(seed, 'bench-kills');
  const fromNs = nowNs();
  let payments = 0;
  let kills = 0;
  for (let tries = 0; kills < wanted; tries += 1) {
    if (tries > FUTILE_TIMES * wanted)
      throw new Error(`only ${kills} of ${tries} kills found unfinished payments`);
    payments += PORTION;
    if (await killOnce(one, payments, 1 + random.below(LATEST_KILL), signal)) kills += 1;
  }
  const rows = await comeToRest(one, payments, signal);
  const counts = countKillEffects(payments, await one.readCharges());
  const figures = { kills, ...counts, open: payments - rows };
  const seconds = secondsOf({ fromNs, toNs: nowNs() });
  return { payments, seconds, usage: {}, latencies: [], figures };
}
