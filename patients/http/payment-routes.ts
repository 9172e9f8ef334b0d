/** Payments: pay, look, list, export, drive again. */
import type { Request } from 'express';
import { z } from 'zod';
import { tokenKind } from '../../shared/auth.js';
import { answeredHead, clientGone, route, type Route } from '../../shared/routes.js';
import { payment, paymentRequest } from '../../shared/contracts/payment.js';
import { encodeCursor } from '../core/cursor.js';
import { redriveKey } from '../core/idempotency.js';
import { csvHeader, csvPayment } from '../payment-csv.js';
import { paymentDocument, type PaymentRecord } from '../core/payment-record.js';
import { pay } from '../pay.js';
import { redrive } from '../redrive.js';
import type { PatientsDeps } from '../service.js';
import { ACCEPTED_PAYMENT, PAID_PAYMENT, PATIENT_ID, PAYMENT_ID, PAYMENT_REQUEST } from './examples.js';
import { idempotencyKey, KEY_HEADER, paidAnswer, preferredWait, PREFER_HEADER, traceparent, TRACE_HEADER } from './headers.js';
import { idPath, paymentFilter, paymentList, paymentsQuery } from './schemas.js';
import { PAY_SAMPLE, REDRIVE_SAMPLE } from './samples.js';
import { paymentsCsv, stream } from './streams.js';

/** Rows read at a time for an export. */
const CSV_PAGE = 1_000;

const ANSWER_HEADERS = {
  Location: 'Where the payment is.',
  'Idempotency-Key': 'The key of this payment.',
  'Idempotent-Replayed': '`true` when an earlier request with this key is answered again.',
  'Preference-Applied': 'The wait that was granted.',
};
const PAID_RESPONSES = {
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
    headers: { ...ANSWER_HEADERS, 'Retry-After': 'When to look again, in seconds.' },
  },
};

const CSV_RESPONSE = {
  description: 'RFC 4180, with a header line.',
  contentType: 'text/csv',
  schema: z.string(),
  example: csvHeader() + csvPayment({ ...PAID_PAYMENT, status: 'SUCCEEDED', currency: 'USD' }, 'America/Bogota'),
  headers: { 'Content-Disposition': 'The name of the file, `payments.csv`.' },
};

const payRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'pay', method: 'post', path: '/api/payments', tag: 'payments', auth: ['api'],
    summary: 'Pay',
    description: 'Accepted means durable: no 2xx before the row is committed. `Prefer: wait=N` waits for the outcome and gets 201; without it, or when '
      + 'the wait is over, the answer is 202 and `Location` says where to look. The same key and body again get the first answer again. '
      + 'With `settles: "bill"` it is accepted only when the bill in this currency has that much left that is neither paid nor being paid (409 '
      + '`BILL_NOT_PAYABLE`), however many pay at once; without it, it is a free payment and takes any amount.',
    body: paymentRequest,
    bodyExample: PAYMENT_REQUEST,
    clientSample: PAY_SAMPLE,
    headers: [KEY_HEADER, PREFER_HEADER, TRACE_HEADER],
    responses: PAID_RESPONSES,
    problems: ['PATIENT_UNKNOWN', 'BILL_NOT_PAYABLE', 'IDEMPOTENCY_KEY_INVALID', 'IDEMPOTENCY_KEY_REUSED', 'TOO_BUSY', 'BACKLOG_FULL', 'UNAVAILABLE'],
    async handle({ body, request, response }) {
      const wait = preferredWait(request);
      const command = {
        request: body,
        idempotencyKey: idempotencyKey(request, response),
        redriveOf: null,
        waitMs: (wait ?? 0) * 1_000,
        traceparent: traceparent(request),
        gone: clientGone(response),
      };
      return paidAnswer(await pay(deps, command), wait);
    },
  });

/** Whether an operator asks, and not a service, which leaves its own row in the audit. */
const isOperator = ({ config }: PatientsDeps, { headers }: Request): boolean =>
  tokenKind({ api: config.apiToken, operator: config.operatorToken, internal: config.internalToken }, headers.authorization) === 'operator';

const redriveRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'redrive', method: 'post', path: '/api/payments/{id}/redrive', tag: 'payments', auth: ['operator', 'internal'],
    summary: 'Drive a failed payment again',
    description: 'Makes a new payment; the failed one keeps its status for ever. Doing it twice gives the same new payment. A payment that settled a '
      + 'bill is driven again only when the bill has that much left: 409 `BILL_NOT_PAYABLE` when it was paid meanwhile. Each call with the operator '
      + 'token leaves a row in the audit, whatever came of it.',
    params: idPath,
    paramsExample: { id: PAYMENT_ID },
    clientSample: REDRIVE_SAMPLE,
    headers: [PREFER_HEADER, TRACE_HEADER],
    responses: PAID_RESPONSES,
    problems: ['PAYMENT_NOT_FOUND', 'NOT_REDRIVABLE', 'BILL_NOT_PAYABLE', 'TOO_BUSY', 'BACKLOG_FULL', 'UNAVAILABLE'],
    async handle({ params, request, response }) {
      const wait = preferredWait(request);
      response.setHeader('Idempotency-Key', redriveKey(params.id));
      const asked = { waitMs: (wait ?? 0) * 1_000, traceparent: traceparent(request), gone: clientGone(response) };
      return paidAnswer(await redrive(deps, { id: params.id, isAudited: isOperator(deps, request), ...asked }), wait);
    },
  });

const getRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'getPayment', method: 'get', path: '/api/payments/{id}', tag: 'payments', auth: ['api'],
    summary: 'Look at a payment',
    description: 'As the record has it. `PENDING` is accepted and not final; the other statuses never change again.',
    params: idPath,
    paramsExample: { id: PAYMENT_ID },
    responses: { 200: { description: 'How the payment stands.', schema: payment, example: PAID_PAYMENT } },
    problems: ['PAYMENT_NOT_FOUND', 'UNAVAILABLE'],
    handle: async ({ params }) => ({ status: 200, body: paymentDocument(await deps.records.payment(params.id)) }),
  });

const listRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'listPayments', method: 'get', path: '/api/payments', tag: 'payments', auth: ['api'],
    summary: 'List payments, newest first',
    description: 'The filters are joined by *and*. For the next page give `next` as `cursor`, with the same filters; payments accepted meanwhile '
      + 'do not move the pages.',
    query: paymentsQuery,
    queryExample: { status: 'SUCCEEDED', limit: '10' },
    responses: {
      200: {
        description: 'A page; `next` is the cursor of the next one, null at the end.',
        schema: paymentList,
        example: { payments: [PAID_PAYMENT], next: null },
      },
    },
    problems: ['UNAVAILABLE'],
    async handle({ query: { cursor, limit, ...filter } }) {
      const rows = await deps.records.payments(filter, cursor ?? null, limit + 1);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const next = rows.length > limit && last ? encodeCursor(last.seq) : null;
      return { status: 200, body: { payments: page.map(paymentDocument), next } };
    },
  });

const csvRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'exportPayments', method: 'get', path: '/api/payments.csv', tag: 'payments', auth: ['api'],
    summary: 'Export payments as CSV, newest first',
    description: 'All payments that match; moments are those of the hospital, with its offset from UTC. Cells a spreadsheet would take for a formula begin with an apostrophe.',
    query: paymentFilter,
    queryExample: { patientId: PATIENT_ID },
    responses: { 200: CSV_RESPONSE },
    problems: ['UNAVAILABLE'],
    async handle({ query, request, response }) {
      if (answeredHead(request, response, 'text/csv; charset=utf-8')) return null;
      const { records, config: { timeZone } } = deps;
      const first = await records.payments(query, null, CSV_PAGE);
      response.status(200).type('text/csv; charset=utf-8').attachment('payments.csv');
      const next = (last: PaymentRecord): Promise<PaymentRecord[]> => records.payments(query, last.seq, CSV_PAGE);
      await stream(response, paymentsCsv({ first, pageSize: CSV_PAGE, next, timeZone }));
      return null;
    },
  });

/** The static path comes before the one with a parameter. */
export const paymentRoutes = (deps: PatientsDeps): Route[] => [
  payRoute(deps), listRoute(deps), csvRoute(deps), getRoute(deps), redriveRoute(deps),
];
