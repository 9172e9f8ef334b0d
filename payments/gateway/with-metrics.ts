/** Measures the duration of gateway calls. A cancelled call has no result and is not counted. */
import { gatewaySeconds } from '../metrics.js';
import type { Gateway, Reply } from '../core/gateway.js';

async function measureCall(
  call: 'charge' | 'lookup' | 'cancel',
  answer: Promise<Reply>,
): Promise<Reply> {
  const since = performance.now();
  const reply = await answer;
  gatewaySeconds.observe({ call, result: reply.kind }, (performance.now() - since) / 1_000);
  return reply;
}

export const withMetrics = (gateway: Gateway): Gateway => ({
  charge: (order, signal) => measureCall('charge', gateway.charge(order, signal)),
  lookup: (order, signal) => measureCall('lookup', gateway.lookup(order, signal)),
  cancel: (order, signal) => measureCall('cancel', gateway.cancel(order, signal)),
  reachable: () => gateway.reachable(),
});
