/**
 * Generates the payments of the work, the same for all benchmarks: patient and amount, from the
 * seed alone. Ids grow with time, as Relevo's do.
 */
import { v7 as uuid } from 'uuid';
import { seededRandom } from '../../shared/random.js';
import type { PeerOrder } from './peer.js';

const LOWEST_MINOR = 1_000;
const SPREAD_MINOR = 90_000;

export interface OrdersWanted {
  count: number;
  seed: number;
  /** Ids of the patients that pay. */
  patients: readonly string[];
}

export function makeOrders({ count, seed, patients }: OrdersWanted): PeerOrder[] {
  const random = seededRandom(seed, 'bench-orders');
  return Array.from({ length: count }, () => ({
    id: uuid(),
    patientId: random.pick(patients),
    amountMinor: LOWEST_MINOR + random.below(SPREAD_MINOR),
    currency: 'USD',
  }));
}
