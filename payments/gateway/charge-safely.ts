/** Makes the calls of one attempt at the gateway, as core/attempt.ts decides. */
import { afterReply, FIRST_CALL, type AttemptStep } from '../core/attempt.js';
import type { ChargeAnswer } from '../core/parcel.js';
import type { ChargeOrder, Gateway } from '../core/gateway.js';

/**
 * @param last whether no further attempt is planned. If so, a failed attempt closes the key first,
 *   so FAILED means that no money moved or ever will.
 */
export async function chargeSafely(
  gateway: Gateway,
  order: ChargeOrder,
  last: boolean,
  signal: AbortSignal,
): Promise<ChargeAnswer> {
  let step: AttemptStep = { call: FIRST_CALL };
  while ('call' in step) {
    const { call } = step;
    step = afterReply(call, await gateway[call.ask](order, signal), last);
  }
  return step.answer;
}
