/**
 * Decides a simulated charge as a function of its key alone: all calls with one key get the same
 * answer, in every process and any number of times. Both simulated gateways use it, the one in
 * process and the stand-alone one.
 */
import { hash32, seededRandom } from './random.js';

export interface SimulationOptions {
  /** Changes which keys are declined. */
  seed: number;
  /** Share of declined charges, 0 to 1. */
  declineRatio: number;
}

export interface Decision {
  status: 'approved' | 'declined';
  reference: string;
  reason: string | null;
}

export function decideCharge(key: string, { seed, declineRatio }: SimulationOptions): Decision {
  const declined = declineRatio > 0 && seededRandom(seed, `decline:${key}`).next() < declineRatio;
  return {
    status: declined ? 'declined' : 'approved',
    reference: `sim-${hash32(key).toString(16).padStart(8, '0')}`,
    reason: declined ? 'DECLINED_BY_ISSUER' : null,
  };
}

/** Duration of a charge, in ms: 0.5 to 1.5 of the mean, a function of its key like the decision. */
export const chargeDurationMs = (
  key: string,
  { seed, latencyMs }: { seed: number; latencyMs: number },
): number => latencyMs * (0.5 + seededRandom(seed, `latency:${key}`).next());
