/**
 * Continues the rounds of an API in an ensemble whose data were deleted. Such an ensemble counts
 * epochs and rounds from the beginning again, and the API would refuse both for ever.
 *
 * The leading device writes the highest epoch and the last round of the API into the new ensemble,
 * in one transaction and at most once per ensemble. From then on every candidate has a higher epoch
 * than all leaders before. An ensemble that finished a round of its own never continues: it is not
 * new, and a later epoch in the API means another ensemble, or an old copy of the data.
 */
import { epochBaseData, ZNODES, type LeadingAnswer } from '../../shared/contracts/measurements.js';
import type { ZooKeeper } from '../../shared/zookeeper/client.js';
import { readData } from '../../shared/zookeeper/data.js';
import type { NodeOperation } from '../../shared/zookeeper/transaction.js';
import { stillCandidate } from './leader-writes.js';

/** Of an ensemble in which no round was finished. */
const NO_ROUND = '0';

/** Where the epochs and the rounds of this ensemble begin. */
export interface Origin {
  /** Every epoch of this ensemble must be higher; null: the ensemble continues no other one. */
  base: number | null;
  /** Version of the counter in an ensemble without rounds of its own; null: it has some. */
  newCounterVersion: number | null;
}

/** @throws ZooKeeperError; RangeError when `/epoch_base` is no number. */
export async function readOrigin(zk: ZooKeeper): Promise<Origin> {
  const [base, barrier, counter] = await Promise.all([
    readBase(zk),
    readData(zk, ZNODES.barrier),
    readData(zk, ZNODES.counter),
  ]);
  const isNew = base === null && !barrier && counter?.text === NO_ROUND;
  return { base, newCounterVersion: isNew ? counter.version : null };
}

async function readBase(zk: ZooKeeper): Promise<number | null> {
  const base = await readData(zk, ZNODES.epochBase);
  if (!base) return null;
  const parsed = epochBaseData.safeParse(base.text);
  if (!parsed.success) throw new RangeError(`${ZNODES.epochBase} holds no valid data`);
  return parsed.data;
}

/** Writes what the API knows into a new ensemble, when this candidate still exists. */
export const toContinuation = (
  node: string,
  { epoch, lastRound }: Pick<LeadingAnswer, 'epoch' | 'lastRound'>,
  counterVersion: number,
): NodeOperation[] => [
  stillCandidate(node),
  { kind: 'create', path: ZNODES.epochBase, text: String(epoch), mode: 'persistent' },
  { kind: 'write', path: ZNODES.counter, text: String(lastRound), version: counterVersion },
];

/**
 * The epoch of a candidate in this ensemble.
 * @throws ZooKeeperError; RangeError when `/epoch_base` is no number or the sum is not exact.
 */
export async function toEpoch(zk: ZooKeeper, czxid: number): Promise<number> {
  const epoch = ((await readBase(zk)) ?? 0) + czxid;
  if (!Number.isSafeInteger(epoch)) throw new RangeError(`${ZNODES.epochBase} is too large`);
  return epoch;
}
