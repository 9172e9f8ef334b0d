/** Exercises 4 and 7: a session and its instance, with sessions in memory or in Redis. */
import {
  findWriter,
  NOT_STICKY,
  performTwoSteps,
  ROUTE_COOKIE,
  STICKY,
  toFlow,
  withoutInstances,
  type ExerciseContext,
} from './context.js';
import type { MidSessionFigures, TwoStepFigures } from './figures.js';

const FLOWS = 10;

/** Flows of new clients, one after the other. @param sticky whether a cookie names the instance. */
export function performFlows(
  { web, signal }: ExerciseContext,
  sticky: boolean,
): Promise<TwoStepFigures> {
  return web.withBalancer(sticky ? STICKY : NOT_STICKY, async (running) => {
    let paid = 0;
    let lostAtSecondStep = 0;
    for (let index = 1; index <= FLOWS; index += 1) {
      const flow = toFlow(running, { patient: index });
      const last = await performTwoSteps(flow, signal);
      flow.close();
      if (last?.name === 'pay' && last.error === null) paid += 1;
      if (last?.name !== 'identify' && last?.sessionLost) lostAtSecondStep += 1;
    }
    return { flows: FLOWS, paid, lostAtSecondStep };
  });
}

/** Stops the instance of a session between its two steps. */
export function stopMidSession(context: ExerciseContext): Promise<MidSessionFigures> {
  const { web, signal } = context;
  return web.withBalancer(STICKY, async (running) => {
    const flow = toFlow(running, { patient: 1 });
    const bill = await performTwoSteps(flow, signal, ['form', 'identify', 'bill']);
    const first = bill?.error === null ? bill.instance : null;
    if (first === null) throw new Error(`a flow failed before the fault: ${bill?.error}`);
    const cookie = flow.browser.getCookie(ROUTE_COOKIE);
    const pay = await withoutInstances(context, [first], () => flow.perform('pay'));
    const cookieMoved = flow.browser.getCookie(ROUTE_COOKIE) !== cookie;
    flow.close();
    return {
      first,
      second: pay.instance,
      paid: pay.error === null,
      sessionLost: pay.sessionLost,
      cookieMoved,
      recordedBy: await findWriter(context, flow.paymentId),
    };
  });
}
