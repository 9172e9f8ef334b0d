/**
 * Decides a simulated charge as a function of its order alone: all calls with one key get the same
 * answer, in every process and any number of times. Both simulated gateways use it, the one in
 * process and the stand-alone one. The amount decides a charge in the test currency; the key
 * decides all others.
 */
import type { PaymentKind } from './contracts/payment.js';
import { isOperation } from './core/operation-rules.js';
import { TEST_CURRENCY } from './core/test-currency.js';
import { hash32, seededRandom } from './random.js';

export interface SimulationOptions {
  /** Changes which keys are declined. */
  seed: number;
  /** Share of declined charges, 0 to 1. Payments in the test currency are not part of it. */
  declineRatio: number;
}

interface SimulatedOrder {
  key: string;
  /** Whole minor units. */
  amountMinor: number;
  currency: string;
  /** Absent: a charge. */
  kind?: PaymentKind | undefined;
}

export interface Decision {
  status: 'approved' | 'declined';
  reference: string;
  reason: string | null;
}

/**
 * The amounts of the test currency that decide a charge or an authorization, in minor units. Any
 * other amount is approved.
 */
export const TEST_AMOUNTS = { approved: 100, insufficientFunds: 200, cardExpired: 300 } as const;

const TEST_REASONS: ReadonlyMap<number, string> = new Map([
  [TEST_AMOUNTS.insufficientFunds, 'INSUFFICIENT_FUNDS'],
  [TEST_AMOUNTS.cardExpired, 'CARD_EXPIRED'],
]);

const toDecision = (key: string, reason: string | null): Decision => ({
  status: reason === null ? 'approved' : 'declined',
  reference: `sim-${hash32(key).toString(16).padStart(8, '0')}`,
  reason,
});

export const declineByIssuer = (key: string): Decision => toDecision(key, 'DECLINED_BY_ISSUER');

/** The amount of a capture, void or refund decides nothing: it depends on its payment. */
const getTestReason = ({ amountMinor, kind = 'charge' }: SimulatedOrder): string | null =>
  isOperation(kind) ? null : (TEST_REASONS.get(amountMinor) ?? null);

export function decideCharge(
  order: SimulatedOrder,
  { seed, declineRatio }: SimulationOptions,
): Decision {
  const { key, currency } = order;
  if (currency === TEST_CURRENCY) return toDecision(key, getTestReason(order));
  const isDeclined = declineRatio > 0 && seededRandom(seed, `decline:${key}`).next() < declineRatio;
  return isDeclined ? declineByIssuer(key) : toDecision(key, null);
}

/** Duration of a charge, in ms: 0.5 to 1.5 of the mean, a function of its key like the decision. */
export const chargeDurationMs = (
  key: string,
  { seed, latencyMs }: { seed: number; latencyMs: number },
): number => latencyMs * (0.5 + seededRandom(seed, `latency:${key}`).next());
