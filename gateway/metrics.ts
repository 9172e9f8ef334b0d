/**
 * Metrics of the stand-alone gateway, in addition to those of its HTTP requests: movements of
 * money, and calls that moved none.
 */
import { counter } from '../shared/observability/metrics.js';

export const settledTotal = counter(
  'relevo_gateway_keys_settled_total',
  'Settled keys: carried out, declined, or closed before any money moved.',
  ['status'],
  [{ status: 'approved' }, { status: 'declined' }, { status: 'cancelled' }],
);
export const repeatsTotal = counter(
  'relevo_gateway_repeats_total',
  'Repeated orders of a settled key: answered again without moving money.',
);
