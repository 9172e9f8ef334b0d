/** The life of a payment: authorized, captured, refunded, voided, and the refused operations. */
import type { ProblemCode } from '../../shared/errors.js';
import {
  ANSWER,
  expectAnswer,
  PAY,
  PAYMENT,
  REASON,
  save,
  type CaseValues,
  type CaseRow,
} from './case-parts.js';

const CAPTURE = 'patients.capturePayment';
const VOID = 'patients.voidPayment';
const REFUND = 'patients.refundPayment';
const CANCEL = 'patients.cancelPayment';

const OF_ID = '{{authorizationId}}';
const HUGE = { amountMinor: 100_000_000_000 };
const AUTHORIZED: CaseValues = {
  headers: { Prefer: 'wait=10' },
  body: { ...PAYMENT, capture: 'manual' },
  status: [201],
  checks: [save('authorizationId', `${ANSWER}.id`)],
};
const OF_AUTHORIZATION = { id: OF_ID, headers: { Prefer: 'wait=10' }, body: {}, status: [201] };
const CAPTURED: CaseValues = { ...OF_AUTHORIZATION, body: { amountMinor: 12_000 } };
const REFUNDED: CaseValues = {
  id: OF_ID,
  checks: [expectAnswer('is refunded', `${ANSWER}.state`, "equal('refunded')")],
};
const refuseFor = (code: ProblemCode, id: string, body: object = {}): CaseValues => ({
  code,
  id,
  body,
});

export const LIFE: readonly CaseRow[] = [
  ['Authorize', PAY, AUTHORIZED],
  ['Capture a part of the authorization', CAPTURE, CAPTURED],
  ['Refund the captured part', REFUND, { ...OF_AUTHORIZATION, body: { reason: REASON } }],
  ['Get the refunded payment', 'patients.getPayment', REFUNDED],
  ['Authorize again', PAY, AUTHORIZED],
  ['Void the authorization', VOID, { ...OF_AUTHORIZATION, body: { reason: REASON } }],
];

const EACH = [
  ['Capture', CAPTURE],
  ['Void', VOID],
  ['Refund', REFUND],
] as const;
const RESERVED = { 'Idempotency-Key': 'batch:1:1' };
const REUSED = { 'Idempotency-Key': '{{key}}' };

export const REFUSED_OPERATIONS: readonly CaseRow[] = [
  [
    'Cancel a final payment',
    CANCEL,
    refuseFor('NOT_CANCELLABLE', '{{paymentId}}', { reason: REASON }),
  ],
  ['Capture a charge', CAPTURE, refuseFor('NOT_AUTHORIZED', '{{paymentId}}')],
  ['Void a charge', VOID, refuseFor('NOT_AUTHORIZED', '{{paymentId}}')],
  ['Refund too much', REFUND, refuseFor('REFUND_EXCEEDS_PAYMENT', '{{paymentId}}', HUGE)],
  ['Refund a void authorization', REFUND, refuseFor('NOT_CAPTURED', '{{authorizationId}}')],
  ['Void it again', VOID, refuseFor('ALREADY_VOIDED', '{{authorizationId}}')],
  ['Capture it after the void', CAPTURE, refuseFor('ALREADY_VOIDED', '{{authorizationId}}')],
  ['Authorize once more', PAY, AUTHORIZED],
  ['Capture too much', CAPTURE, refuseFor('CAPTURE_EXCEEDS_AUTHORIZATION', OF_ID, HUGE)],
  ['Capture it', CAPTURE, { ...OF_AUTHORIZATION, checks: [save('operationId', `${ANSWER}.id`)] }],
  ['Void a captured payment', VOID, refuseFor('ALREADY_CAPTURED', OF_ID)],
  ['Capture it again', CAPTURE, refuseFor('ALREADY_CAPTURED', OF_ID)],
  ...EACH.flatMap(([name, operation]): CaseRow[] => [
    [`${name} an operation`, operation, refuseFor('PAYMENT_IS_OPERATION', '{{operationId}}')],
    [
      `${name} with a reserved key`,
      operation,
      { ...refuseFor('IDEMPOTENCY_KEY_INVALID', OF_ID), headers: RESERVED },
    ],
    [
      `${name} with the key of a payment`,
      operation,
      { ...refuseFor('IDEMPOTENCY_KEY_REUSED', OF_ID), headers: REUSED },
    ],
  ]),
];
