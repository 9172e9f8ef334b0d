/** Measures the duration of gateway calls. A cancelled call has no result and is not counted. */
import { gatewaySeconds } from '../metrics.js';
import type { Gateway, Reply } from '../core/gateway.js';
import type { GatewayWatch } from './gateway-watch.js';

/** @param watch receives every result, for the report of this replica. */
export function withMetrics(gateway: Gateway, watch: Pick<GatewayWatch, 'record'>): Gateway {
  async function measureCall(
    call: 'charge' | 'lookup' | 'cancel',
    answer: Promise<Reply>,
  ): Promise<Reply> {
    const since = performance.now();
    const reply = await answer;
    const tookMs = performance.now() - since;
    gatewaySeconds.observe({ call, result: reply.kind }, tookMs / 1_000);
    watch.record(reply, tookMs);
    return reply;
  }
  return {
    charge: (order, signal) => measureCall('charge', gateway.charge(order, signal)),
    lookup: (order, signal) => measureCall('lookup', gateway.lookup(order, signal)),
    cancel: (order, signal) => measureCall('cancel', gateway.cancel(order, signal)),
    reachable: () => gateway.reachable(),
  };
}
