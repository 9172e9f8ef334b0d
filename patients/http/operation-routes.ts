/**
 * The routes of a payment's operations: capture, void, refund, cancel. An operator or a service
 * calls them; each call with the operator token writes an audit row.
 */
import type { z } from 'zod';
import type { OperationKind } from '../../shared/contracts/payment.js';
import { payment } from '../../shared/contracts/payment.js';
import type { ProblemCode } from '../../shared/errors.js';
import { clientGone, route, type Route } from '../../shared/http/routes.js';
import { cancelPayment } from '../accept/cancel.js';
import { operate } from '../accept/operate.js';
import type { PatientsDeps } from '../connect.js';
import { ACCEPTED_PAYMENT, PAYMENT_ID } from './examples.js';
import {
  answerPaid,
  getPreferredWait,
  idempotencyKey,
  KEY_HEADER,
  PREFER_HEADER,
  traceparent,
  TRACE_HEADER,
} from './headers.js';
import { withExitPolicy } from '../records/exit-grants.js';
import { isOperator, PAID_RESPONSES } from './paid-responses.js';
import { cancelRequest, captureRequest, idPath, refundRequest, voidRequest } from './schemas.js';

const OPERATION_PROBLEMS: readonly ProblemCode[] = [
  'PAYMENT_NOT_FOUND',
  'PAYMENT_IS_OPERATION',
  'IDEMPOTENCY_KEY_INVALID',
  'IDEMPOTENCY_KEY_REUSED',
  'TOO_BUSY',
  'NOT_ACCEPTING',
  'BACKLOG_FULL',
  'UNAVAILABLE',
];

interface OperationSpec {
  id: string;
  kind: OperationKind;
  path: string;
  summary: string;
  description: string;
  body: z.ZodType<{ amountMinor?: number | undefined; reason?: string | undefined }>;
  bodyExample: unknown;
  problems: readonly ProblemCode[];
}

const OPERATIONS: readonly OperationSpec[] = [
  {
    id: 'capturePayment',
    kind: 'capture',
    path: '/api/payments/{id}/captures',
    summary: 'Capture an authorization',
    description:
      'Moves money that an authorization holds; without `amountMinor`, all of it. The rest of the hold is released. An authorization has at most ' +
      'one capture or void that is pending or succeeded, so a second one gets 409. The capture of an authorization that settles a bill settles that bill.',
    body: captureRequest,
    bodyExample: { amountMinor: 12_000 },
    problems: [
      'NOT_AUTHORIZED',
      'ALREADY_CAPTURED',
      'ALREADY_VOIDED',
      'CAPTURE_EXCEEDS_AUTHORIZATION',
      'BILL_NOT_PAYABLE',
    ],
  },
  {
    id: 'voidPayment',
    kind: 'void',
    path: '/api/payments/{id}/voids',
    summary: 'Void an authorization',
    description:
      'Releases the money that an authorization holds. No capture of it is possible later.',
    body: voidRequest,
    bodyExample: { reason: 'The exam was cancelled' },
    problems: ['NOT_AUTHORIZED', 'ALREADY_CAPTURED', 'ALREADY_VOIDED'],
  },
  {
    id: 'refundPayment',
    kind: 'refund',
    path: '/api/payments/{id}/refunds',
    summary: 'Refund a payment',
    description:
      'Returns captured money; without `amountMinor`, all that is left. The refunds of a payment that are pending or succeeded never exceed its ' +
      'captured amount, also under concurrent requests.',
    body: refundRequest,
    bodyExample: { amountMinor: 5_000, reason: 'Charged for a second exam' },
    problems: ['NOT_CAPTURED', 'REFUND_EXCEEDS_PAYMENT'],
  },
];

const AUDITED =
  ' Each call with the operator token writes an audit row, whether it succeeds or fails.';

const operationRoute = (deps: PatientsDeps, spec: OperationSpec): Route =>
  route({
    id: spec.id,
    method: 'post',
    path: spec.path,
    tag: 'operations',
    auth: ['operator', 'internal'],
    summary: spec.summary,
    description:
      spec.description +
      ' The answer is the operation as a payment of its own, with its own id, key and outcome.' +
      AUDITED,
    params: idPath,
    paramsExample: { id: PAYMENT_ID },
    body: spec.body,
    bodyExample: spec.bodyExample,
    headers: [KEY_HEADER, PREFER_HEADER, TRACE_HEADER],
    responses: PAID_RESPONSES,
    problems: [...spec.problems, ...OPERATION_PROBLEMS],
    async handle({ params, body, request, response }) {
      const wait = getPreferredWait(request);
      const command = {
        ...body,
        id: params.id,
        kind: spec.kind,
        idempotencyKey: idempotencyKey(request, response),
        waitMs: (wait ?? 0) * 1_000,
        traceparent: traceparent(request),
        clientGone: clientGone(response),
        isAudited: isOperator(deps, request),
      };
      return answerPaid(await withExitPolicy(deps, await operate(deps, command)), wait);
    },
  });

const LOCATION = { Location: 'The path of the payment.' };
const cancelRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'cancelPayment',
    method: 'post',
    path: '/api/payments/{id}/cancel',
    tag: 'operations',
    auth: ['operator', 'internal'],
    summary: 'Cancel a pending payment',
    description:
      'The leader closes the key of the payment at the gateway instead of charging it, in the order of its patient. Then the payment is `FAILED` ' +
      'with the reason `CANCELLED`; or it is `SUCCEEDED`, when the gateway had charged it before. A repeated request gets the current state.' +
      AUDITED,
    params: idPath,
    paramsExample: { id: PAYMENT_ID },
    body: cancelRequest,
    bodyExample: { reason: 'The patient pays at another desk' },
    headers: [PREFER_HEADER],
    responses: {
      200: {
        description: 'The payment is final: its status tells whether it was cancelled.',
        schema: payment,
        example: { ...ACCEPTED_PAYMENT, status: 'FAILED', reason: 'CANCELLED', attempts: 1 },
        headers: LOCATION,
      },
      202: {
        description: 'The payment is marked; its outcome is not known yet.',
        schema: payment,
        example: ACCEPTED_PAYMENT,
        headers: { ...LOCATION, 'Retry-After': 'When to poll again, in seconds.' },
      },
    },
    problems: ['PAYMENT_NOT_FOUND', 'NOT_CANCELLABLE', 'UNAVAILABLE'],
    async handle({ params, body, request, response }) {
      const cancelled = await cancelPayment(deps, {
        id: params.id,
        reason: body.reason,
        waitMs: (getPreferredWait(request) ?? 0) * 1_000,
        clientGone: clientGone(response),
        isAudited: isOperator(deps, request),
      });
      const { payment: found, final } = await withExitPolicy(deps, cancelled);
      const headers = { Location: `/api/payments/${params.id}` };
      return final
        ? { status: 200, body: found, headers }
        : { status: 202, body: found, headers: { ...headers, 'Retry-After': '1' } };
    },
  });

export const operationRoutes = (deps: PatientsDeps): Route[] => [
  ...OPERATIONS.map((spec) => operationRoute(deps, spec)),
  cancelRoute(deps),
];
