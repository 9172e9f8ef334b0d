/** The documented answers to requests that make a payment, and the check of their caller. */
import type { Request } from 'express';
import { payment } from '../../shared/contracts/payment.js';
import { tokenKind } from '../../shared/http/auth.js';
import type { PatientsDeps } from '../connect.js';
import { ACCEPTED_PAYMENT, PAID_PAYMENT } from './examples.js';

const ANSWER_HEADERS = {
  'Location': 'The path of the payment.',
  'Idempotency-Key': 'The key of this payment.',
  'Idempotent-Replayed': '`true` when this is the answer to an earlier request with this key.',
  'Preference-Applied': 'The wait that was granted.',
};
export const PAID_RESPONSES = {
  201: {
    description: 'The payment is final.',
    schema: payment,
    example: PAID_PAYMENT,
    headers: { ...ANSWER_HEADERS, Link: 'The exit pass, when the patient may leave.' },
  },
  202: {
    description: 'The payment is accepted and durable; its outcome is not known yet.',
    schema: payment,
    example: ACCEPTED_PAYMENT,
    headers: { ...ANSWER_HEADERS, 'Retry-After': 'When to poll again, in seconds.' },
  },
};

/** Whether the caller is an operator. A service (internal token) writes its own audit row. */
export const isOperator = ({ config }: PatientsDeps, { headers }: Request): boolean =>
  tokenKind(
    { api: config.apiToken, operator: config.operatorToken, internal: config.internalToken },
    headers.authorization,
  ) === 'operator';
