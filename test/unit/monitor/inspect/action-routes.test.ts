/** The form of an action on a payment: a refused form is shown again, with the right status. */
import type { Request, Response } from 'express';
import { actionRoutes, type ActionDeps } from '../../../../monitor/inspect/action-routes.js';
import { Problem, type ProblemCode } from '../../../../shared/errors.js';
import type { Answer } from '../../../../shared/http/routes.js';

const ID = '01a1ff62-df46-75c7-849f-04ec5539f468';
const FACTS = {
  ...{ id: ID, status: 'SUCCEEDED', kind: 'charge', of: null, amountMinor: 1_500, currency: 'USD' },
  ...{ patientId: ID, fullName: 'Ana', document: '1', cancelRequestedAt: null },
};

/** Sends the form of a refund. @param code the refusal of patients. */
async function send(amount: string, code: ProblemCode): Promise<Answer> {
  const query = async (text: unknown) => ({
    rows: /LEFT JOIN batch/.test(String(text)) ? [FACTS] : [],
  });
  const deps = {
    db: { query },
    operator: { operate: () => Promise.reject(new Problem(code)) },
    sessions: { read: async () => null, getActor: async () => 'operator' },
    monitor: 'monitor_1',
  } as unknown as ActionDeps;
  const perform = actionRoutes(deps).find(({ id }) => id === 'performAction');
  const request = { accepts: () => 'html', body: { key: ID, amount, reason: 'a test' } };
  const given = { params: { id: ID, action: 'refund' }, query: {}, body: undefined };
  return (await perform?.handle({
    ...given,
    request: request as unknown as Request,
    response: {} as Response,
  } as never)) as Answer;
}

test.each([
  ['1.00', 'REFUND_EXCEEDS_PAYMENT', 409],
  ['1.00', 'NO_PATIENTS_INSTANCE', 503],
  ['much', 'REFUND_EXCEEDS_PAYMENT', 400],
] as const)(
  'amount %s, refused with %s: the form again, status %i',
  async (amount, code, status) => {
    const answer = await send(amount, code);
    expect(answer.status).toBe(status);
    expect(String(answer.body)).toContain('role="alert"');
    expect(String(answer.body)).toContain(`name="key" value="${ID}"`);
  },
);
