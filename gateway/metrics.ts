/** What the stand-alone gateway measures, beyond its HTTP requests: movements of money, and calls that moved none. */
import { counter } from '../shared/metrics.js';

export const settledTotal = counter(
  'relevo_gateway_keys_settled_total',
  'Keys that were settled: charges made, declined, or closed before any money moved.',
  ['status'],
  [{ status: 'approved' }, { status: 'declined' }, { status: 'cancelled' }],
);
export const repeatsTotal = counter('relevo_gateway_repeats_total', 'Charges of a key that was settled before: answered again, no money moved.');
