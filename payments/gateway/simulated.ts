/**
 * A simulated gateway in this process: a timer and seeded declines. It stores nothing, because its
 * answer is a function of the key. It cannot reveal a double charge; the stand-alone gateway with
 * its ledger can. For the same reason it cannot refuse a capture, void or refund: the limits that
 * PostgreSQL checks at acceptance are the only ones.
 */
import { sleep } from '../../shared/clock.js';
import {
  chargeDurationMs,
  decideCharge,
  type SimulationOptions,
} from '../../shared/simulated-charge.js';
import type { Gateway, Reply } from '../core/gateway.js';

export interface SimulatedGatewayOptions extends SimulationOptions {
  /** Mean duration of a call, in ms; each takes 0.5 to 1.5 times this. 0: no timer. */
  latencyMs: number;
}

export function createSimulatedGateway(options: SimulatedGatewayOptions): Gateway {
  const answer = (key: string): Reply => {
    const { status, reference, reason } = decideCharge(key, options);
    return status === 'approved'
      ? { kind: 'approved', reference }
      : { kind: 'declined', reference, reason: reason ?? status };
  };
  return {
    charge: async ({ key }, signal) => {
      if (options.latencyMs > 0) await sleep(chargeDurationMs(key, options), signal);
      return answer(key);
    },
    lookup: async ({ key }) => answer(key),
    cancel: async () => ({ kind: 'cancelled' }),
    reachable: async () => true,
  };
}
