/** Draws the payments of a schedule: bursts, and sometimes a stream of one patient. */
import type { PaymentKind } from '../shared/contracts/payment.js';
import type { Chance } from './model/world.js';

export interface PaymentPlan {
  readonly atMs: number;
  readonly key: string;
  readonly patientId: string;
  /** The instance of patients that gets the first request. */
  readonly instance: number;
  /** Sent to two instances at the same time, with one key. */
  readonly twice: boolean;
  /** Absent: a charge. `cancel`: no payment; the payment `ofKey` is cancelled. */
  readonly kind?: PaymentKind | 'cancel';
  /** The key of the charge or authorization of an operation, or of the payment to cancel. */
  readonly ofKey?: string;
  readonly amountMinor?: number;
}

/** Share of the schedules that have a stream. */
const STREAM_SHARE = 0.06;
/** The first election takes place before. */
export const QUIET_MS = 150;

/** In bursts, because parcels and order matter only when several payments are in transit. */
export function drawPayments(chance: Chance, instances: number, horizonMs: number): PaymentPlan[] {
  const payments: PaymentPlan[] = [];
  const people = 1 + chance.below(3);
  const bursts = 2 + chance.below(3);
  for (let burst = 0; burst < bursts; burst += 1) {
    const atMs = QUIET_MS + chance.below(horizonMs - QUIET_MS - 100);
    const size = 1 + chance.below(5);
    for (let index = 0; index < size; index += 1) {
      payments.push({
        atMs: atMs + index * chance.below(12),
        key: `key-${payments.length + 1}`,
        patientId: `patient-${1 + chance.below(people)}`,
        instance: chance.below(instances),
        twice: chance.next() < 0.1,
      });
    }
  }
  return payments;
}

/**
 * Sometimes one patient pays continuously: whenever an outcome is written, later payments of the
 * patient are already in flight.
 */
export function drawStream(chance: Chance, instances: number, horizonMs: number): PaymentPlan[] {
  if (chance.next() >= STREAM_SHARE) return [];
  const gapMs = 6 + chance.below(14);
  const count = Math.floor((horizonMs - QUIET_MS) / gapMs);
  return Array.from({ length: count }, (_, index): PaymentPlan => {
    return {
      atMs: QUIET_MS + index * gapMs,
      key: `stream-${index + 1}`,
      patientId: 'patient-1',
      instance: index % instances,
      twice: false,
    };
  });
}
