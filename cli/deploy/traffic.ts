/**
 * The payments of a check: several clients pay one after another, and the pod of the leader is
 * deleted after a part of the payments. Repeats a request only with the same key.
 */
import { randomUUID } from 'node:crypto';
import { sleep } from '../../shared/clock.js';
import { statusSummary } from '../../shared/contracts/status.js';
import { waitUntil } from '../../shared/wait-until.js';
import { ask } from '../client.js';
import { patientPage } from '../commands/find-patient.js';
import { payWithRetry } from '../commands/pay-with-retry.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import type { CheckEvidence } from './verdict.js';

/** As in the published test. */
export const PAYMENTS = 230;
const CLIENTS = 10;
/** The leader is deleted after this many answers: in the middle, at any speed. */
const DELETE_AFTER = 60;
/** Longest wait for one outcome: much longer than a hand-over. */
const OUTCOME_MS = 60_000;
const [POLL_MS, LEADER_MS] = [500, 60_000];
/** Tries of a payment whose way through `kubectl port-forward` was interrupted. */
const [TRIES, PAUSE_MS] = [5, 500];

type Leader = CheckEvidence['before'];
type Received = Pick<CheckEvidence, 'received' | 'refused'>;

export interface Ways {
  patients: () => Promise<string>;
  console: () => Promise<string>;
  tokens: { api: string; operator: string };
  signal: AbortSignal;
}

async function readLeader({ console: address, tokens, signal }: Ways): Promise<Leader | null> {
  const { body } = await ask<unknown>([await address()], {
    path: '/status',
    token: tokens.operator,
    signal,
  });
  const [partition] = statusSummary.parse(body).partitions;
  return partition?.leader ? { leader: partition.leader, term: partition.term } : null;
}

/** The first leader of a term above `term`. @throws CommandFailure NO_LEADER */
export const waitForLeader = (ways: Ways, term: number): Promise<Leader> =>
  waitUntil(
    async () => {
      const leader = await readLeader(ways).catch((error: unknown) => {
        if (ways.signal.aborted) throw error;
        return null;
      });
      return leader !== null && leader.term > term ? leader : null;
    },
    {
      deadlineMs: LEADER_MS,
      pollMs: POLL_MS,
      signal: ways.signal,
      toError: () =>
        new CommandFailure('NO_LEADER', `No replica leads in a term above ${term}.`, EXIT.no),
    },
  );

async function payOnce(ways: Ways, patientId: string): Promise<{ id: string; status: string }> {
  const key = randomUUID();
  for (let tried = 1; ; tried += 1) {
    try {
      const { payment } = await payWithRetry({
        addresses: [await ways.patients()],
        token: ways.tokens.api,
        request: { patientId, amountMinor: 15_000, currency: 'USD' },
        key,
        waitMs: OUTCOME_MS / TRIES,
        onRetry: () => undefined,
        signal: ways.signal,
      });
      if (payment.status !== 'PENDING' || tried === TRIES) return payment;
    } catch (error) {
      if (ways.signal.aborted || tried === TRIES) throw error;
      await sleep(PAUSE_MS, ways.signal);
    }
  }
}

/**
 * Sends all payments. A failure of `deleteLeader` ends all clients.
 * @param deleteLeader called once, in the middle.
 * @param onProgress receives the number of answers.
 */
export async function sendPayments(
  given: Ways,
  deleteLeader: () => Promise<void>,
  onProgress: (answers: number) => void,
): Promise<Received> {
  const end = new AbortController();
  const ways = { ...given, signal: AbortSignal.any([given.signal, end.signal]) };
  const asking = {
    addresses: [await ways.patients()],
    token: ways.tokens.api,
    signal: ways.signal,
  };
  const { patients } = await patientPage(asking, CLIENTS, null);
  const received: { id: string; status: string }[] = [];
  const refused: string[] = [];
  let begun = 0;
  let deletion: Promise<void> | null = null;
  const runClient = async (patientId: string): Promise<void> => {
    while (begun < PAYMENTS) {
      begun += 1;
      await payOnce(ways, patientId).then(
        (payment) => received.push(payment),
        (error: Error) => {
          if (ways.signal.aborted) throw error;
          refused.push(error.message);
        },
      );
      onProgress(received.length + refused.length);
      // Awaited here, so that a failure ends the check.
      if (received.length >= DELETE_AFTER) await (deletion ??= deleteLeader());
    }
  };
  await Promise.all(patients.map(({ id }) => runClient(id))).finally(() => end.abort());
  return { received, refused };
}
