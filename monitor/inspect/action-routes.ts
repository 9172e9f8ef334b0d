/**
 * Routes of the actions on one payment: refund, capture, void, cancel. The preview is a page; the
 * action is a form or JSON. For operators only; each action writes an audit row.
 */
import { randomUUID } from 'node:crypto';
import type { Request } from 'express';
import { z } from 'zod';
import { amountMinor, id } from '../../shared/contracts/ids.js';
import { paymentRequest } from '../../shared/contracts/payment.js';
import { parseAmount } from '../../shared/core/amount.js';
import { Problem } from '../../shared/errors.js';
import { parse, toProblem } from '../../shared/http/http.js';
import { route, type Answer, type Route } from '../../shared/http/routes.js';
import { decimalsOf } from '../../shared/money.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { ACTION_BODY, OPERATED } from './examples.js';
import type { PaymentOperator } from './operate.js';
import { actionPage, ACTION_NAMES, type ActionForm } from './pages/action-page.js';
import { asPage, type PageDeps, type Shown } from './pages/as-page.js';
import { paymentAnswer } from './patients-caller.js';
import { findAction, PAYMENT_ACTIONS, type PaymentAction } from './payment-actions.js';
import { paymentStory, type StoryFacts } from './payment-story.js';

export interface ActionDeps extends PageDeps {
  db: Queryable;
  operator: PaymentOperator;
}

const PRIVATE = { 'Cache-Control': 'no-store' };
const path = z.object({ id, action: z.enum(PAYMENT_ACTIONS) });
/** As the concept of a payment, in which patients keep it. */
const reason = paymentRequest.shape.concept.unwrap();
/** `key` makes the request safe to repeat; without it, each request is another operation. */
const actionBody = z.strictObject({
  amountMinor: amountMinor.optional(),
  reason,
  key: id.optional(),
});
/** A form has the amount as it was typed. */
const formBody = z.object({
  key: id,
  amount: z.string().max(32).default(''),
  reason: z.string().max(500).default(''),
});

const wantsPage = (request: Request): boolean => request.accepts(['json', 'html']) === 'html';

async function toShown(
  deps: ActionDeps,
  request: Request,
  story: StoryFacts,
  action: PaymentAction,
  form: Omit<ActionForm, 'csrf'>,
  status = 200,
): Promise<Shown> {
  const csrf = (await deps.sessions.read(request))?.csrf ?? '';
  return {
    title: `${ACTION_NAMES[action]} a payment`,
    active: 'payments',
    body: actionPage(story, action, findAction(story, action), { ...form, csrf }),
    status,
    scripts: ['action-preview.js'],
  };
}

const previewRoute = (deps: ActionDeps): Route =>
  route({
    id: 'previewAction',
    method: 'get',
    path: '/payments/{id}/actions/{action}',
    tag: 'inspecting',
    auth: ['operator'],
    params: path,
    paramsExample: OPERATED.path,
    summary: 'Preview a refund, a capture, a void or a cancellation',
    description: 'A page with the effect, the largest amount and the form. Changes nothing.',
    responses: { 200: { description: 'A page.', contentType: 'text/html' } },
    problems: ['PAYMENT_NOT_FOUND', 'UNAVAILABLE'],
    handle: ({ params, request }) =>
      asPage(deps, request, 'payments', async () => {
        const story = await paymentStory(deps.db, params.id);
        const form = { key: randomUUID(), amount: '', reason: '', problem: null };
        return toShown(deps, request, story, params.action, form);
      }),
  });

/** The amount of a form in minor units. @throws Problem VALIDATION_FAILED */
function readAmount(typed: string, { currency }: StoryFacts): number {
  const minor = parseAmount(typed, decimalsOf(currency) ?? 0);
  if (minor === null || minor === 0)
    throw new Problem('VALIDATION_FAILED', 'Enter an amount, such as 150.00');
  return minor;
}

/** A refused form is shown again, with the same key and the reason of the refusal. */
async function performForm(
  deps: ActionDeps,
  request: Request,
  { id: paymentId, action }: z.output<typeof path>,
): Promise<Shown | Answer> {
  const form = parse(formBody, request.body, 'body');
  const story = await paymentStory(deps.db, paymentId);
  try {
    const asksAmount = action === 'refund' || action === 'capture';
    await deps.operator.operate({
      id: paymentId,
      action,
      key: form.key,
      amountMinor: asksAmount ? readAmount(form.amount, story) : undefined,
      reason: parse(z.object({ reason }), { reason: form.reason }, 'body').reason,
      actor: await deps.sessions.getActor(request),
    });
  } catch (error) {
    const problem = toProblem(error);
    if (problem.code === 'INTERNAL') throw error;
    const refused = { ...form, problem: problem.message };
    return toShown(deps, request, story, action, refused, problem.status);
  }
  return { status: 303, headers: { Location: `/payments/${paymentId}`, ...PRIVATE } };
}

const performRoute = (deps: ActionDeps): Route =>
  route({
    id: 'performAction',
    method: 'post',
    path: '/payments/{id}/actions/{action}',
    tag: 'inspecting',
    auth: ['operator'],
    params: path,
    paramsExample: OPERATED.path,
    documentedBody: actionBody,
    bodyExample: ACTION_BODY,
    summary: 'Refund, capture, void or cancel a payment',
    description:
      'Calls patients, which decide whether the payment allows the action, waits up to 5 s for the outcome, and writes an audit row. Without ' +
      '`amountMinor` a refund and a capture concern all that is possible. A refusal of patients is passed on with its code, such as ' +
      '`REFUND_EXCEEDS_PAYMENT`. A form is answered with the page of the payment.',
    responses: {
      200: {
        description: 'The operation, or the cancelled payment, with its status.',
        schema: paymentAnswer,
        example: OPERATED.answer,
      },
    },
    problems: ['VALIDATION_FAILED', 'PAYMENT_NOT_FOUND', 'NO_PATIENTS_INSTANCE', 'UNAVAILABLE'],
    handle: async ({ params, request }) => {
      if (wantsPage(request))
        return asPage(deps, request, 'payments', () => performForm(deps, request, params));
      const { key = randomUUID(), ...body } = parse(actionBody, request.body, 'body');
      const actor = await deps.sessions.getActor(request);
      const { id: paymentId, action } = params;
      const made = await deps.operator.operate({
        ...body,
        id: paymentId,
        action,
        key,
        actor,
      });
      return { status: 200, body: made, headers: PRIVATE };
    },
  });

export const actionRoutes = (deps: ActionDeps): Route[] => [previewRoute(deps), performRoute(deps)];
