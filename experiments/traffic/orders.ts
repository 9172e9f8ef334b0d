/** Generates the payments of a run from its seed alone: patient, amount and key. */
import type { Random } from '../../shared/random.js';
import type { PaymentOrder } from './client.js';

export interface OrderOptions {
  /** Prefix of every key; unique in a run. */
  name: string;
  /** Ids of the patients that pay. */
  patients: readonly string[];
  /** Nothing else may draw from this stream. */
  random: Random;
}

const LOWEST_MINOR = 1_000;
const SPREAD_MINOR = 90_000;

/** Call with ascending indexes: each order draws the next values of the stream. */
export function paymentOrders({
  name,
  patients,
  random,
}: OrderOptions): (index: number) => PaymentOrder {
  return (index) => ({
    key: `${name}-request-${index}`,
    patientId: random.pick(patients),
    amountMinor: LOWEST_MINOR + random.below(SPREAD_MINOR),
    currency: 'USD',
  });
}
