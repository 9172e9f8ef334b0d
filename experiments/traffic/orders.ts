/** The payments of a run, one after the other, from its seed alone: who pays, how much, under which key. */
import type { Random } from '../../shared/random.js';
import type { PaymentOrder } from './client.js';

export interface OrderOptions {
  /** Begins every key; unique in a run. */
  name: string;
  /** Ids of those who can pay. */
  patients: readonly string[];
  /** Nothing else may draw from it. */
  random: Random;
}

const LOWEST_MINOR = 1_000;
const SPREAD_MINOR = 90_000;

/** Ask for indexes in order: each order draws the next values of the stream. */
export function paymentOrders({ name, patients, random }: OrderOptions): (index: number) => PaymentOrder {
  return (index) => ({
    key: `${name}-request-${index}`,
    patientId: random.pick(patients),
    amountMinor: LOWEST_MINOR + random.below(SPREAD_MINOR),
    currency: 'USD',
  });
}
