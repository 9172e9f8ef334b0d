/** Makes the calls of one attempt at the gateway, as core/attempt.ts decides. */
import { afterReply, getFirstCall, type AttemptRules, type AttemptStep } from '../core/attempt.js';
import type { ChargeAnswer } from '../core/parcel.js';
import type { ChargeOrder, Gateway } from '../core/gateway.js';

export async function chargeSafely(
  gateway: Gateway,
  order: ChargeOrder,
  rules: AttemptRules,
  signal: AbortSignal,
): Promise<ChargeAnswer> {
  let step: AttemptStep = { call: getFirstCall(rules) };
  while ('call' in step) {
    const { call } = step;
    step = afterReply(call, await gateway[call.ask](order, signal), rules);
  }
  return step.answer;
}
