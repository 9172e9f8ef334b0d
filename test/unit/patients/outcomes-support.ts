/** Outcomes over fake rows and a manual clock, for the tests of callers that wait. */
import type { Clock } from '../../../shared/clock.js';
import type { NewPayment } from '../../../shared/postgres/ledger.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { toAcceptedRecord, type PaymentRecord } from '../../../patients/core/payment-record.js';
import { Outcomes } from '../../../patients/outcomes/outcomes.js';

export const logger = createLogger('test', 'test', 'silent');
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
export const passing = (): Error => Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
export const stays = (): AbortSignal => new AbortController().signal;
export const uuid = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export function manualClock(): Clock & { nowMs: number } {
  const clock = { nowMs: 1_000, now: () => clock.nowMs, wall: () => new Date(clock.nowMs) };
  return clock;
}

const newPayment = (id: string): NewPayment => ({
  id,
  patientId: uuid(1),
  batchId: null,
  batchIndex: null,
  redriveOf: null,
  idempotencyKey: id,
  fingerprint: 'f',
  answerWaited: false,
  amountMinor: 1,
  currency: 'USD',
  concept: null,
});
export const paid = (id: string): PaymentRecord => ({
  ...toAcceptedRecord(newPayment(id), { seq: 1, acceptedAt: new Date(0) }, 'patients_1'),
  status: 'SUCCEEDED',
  completedAt: new Date(5),
  term: 1,
  processedBy: 's',
});

/** @param waitingMax most awaited payments. */
export const createOutcomes = (waitingMax = 10) => {
  const clock = manualClock();
  const finals = new Set<string>();
  const reads: string[][] = [];
  const counts: string[][] = [];
  const logged: unknown[] = [];
  const outcomes = new Outcomes({
    readFinal: async (ids) => {
      reads.push([...ids]);
      return ids.filter((id) => finals.has(id)).map(paid);
    },
    readEnded: async (ids) => {
      counts.push([...ids]);
      return ids.filter((id) => finals.has(id));
    },
    clock,
    config: { waitingMax, outcomePollMs: 250 },
    logger: Object.assign(Object.create(logger), {
      warn: (...words: unknown[]) => logged.push(words),
    }) as typeof logger,
  });
  const message = (term: number, payments?: string[]): Promise<void> =>
    outcomes.onEvent(
      JSON.stringify({ partition: 0, term, ...(payments ? { ids: payments } : {}) }),
    );
  /** A commit of term 1. */
  const hint = (...ids: string[]): Promise<void> => message(1, ids);
  return { outcomes, clock, finals, reads, counts, logged, message, hint };
};
