/** A few payments meanwhile, so that the device of the leading replica measures payments. */
import { seededRandom } from '../../shared/random.js';
import type { Cluster } from '../system/cluster.js';
import { createPaymentClient } from '../traffic/client.js';
import { runTraffic } from '../traffic/traffic.js';

const RATE_PER_SEC = 5;
const DEADLINE_MS = 10_000;

/** @returns the function that stops the payments and awaits those in flight. */
export function payMeanwhile(
  { addresses, system, patients }: Cluster,
  signal: AbortSignal,
): () => Promise<void> {
  const client = createPaymentClient(addresses, system.tokens.api, DEADLINE_MS, 'wait');
  const stop = new AbortController();
  const sent = runTraffic('open', {
    client,
    signal,
    stop: stop.signal,
    ratePerSec: RATE_PER_SEC,
    trial: 1,
    name: 'measured',
    count: Infinity,
    patients,
    random: seededRandom(1, 'payments'),
    // The subject of the experiment are the measurements.
    onRecord: () => undefined,
  }).catch(() => undefined);
  return async () => {
    stop.abort();
    await sent;
    client.close();
  };
}
