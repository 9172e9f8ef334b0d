/**
 * A simulated gateway in this process: a timer and seeded declines. It stores nothing, because its
 * answer is a function of the order. It cannot reveal a double charge; the stand-alone gateway with
 * its ledger can. For the same reason it cannot refuse a capture, void or refund: the limits that
 * PostgreSQL checks at acceptance are the only ones.
 */
import { sleep } from '../../shared/clock.js';
import {
  chargeDurationMs,
  decideCharge,
  type SimulationOptions,
} from '../../shared/simulated-charge.js';
import type { ChargeOrder, Gateway, Reply } from '../core/gateway.js';

export interface SimulatedGatewayOptions extends SimulationOptions {
  /** Mean duration of a call, in ms; each takes 0.5 to 1.5 times this. 0: no timer. */
  latencyMs: number;
}

export function createSimulatedGateway(options: SimulatedGatewayOptions): Gateway {
  const answer = (order: ChargeOrder): Reply => {
    const { status, reference, reason } = decideCharge(order, options);
    return status === 'approved'
      ? { kind: 'approved', reference }
      : { kind: 'declined', reference, reason: reason ?? status };
  };
  return {
    charge: async (order, signal) => {
      if (options.latencyMs > 0) await sleep(chargeDurationMs(order.key, options), signal);
      return answer(order);
    },
    lookup: async (order) => answer(order),
    cancel: async () => ({ kind: 'cancelled' }),
    reachable: async () => true,
  };
}
