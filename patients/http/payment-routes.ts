/** The routes of payments: pay, get, list, export, re-drive. */
import { z } from 'zod';
import { answeredHead, clientGone, route, type Route } from '../../shared/http/routes.js';
import { paymentDetail, paymentRequest, type Payment } from '../../shared/contracts/payment.js';
import { encodeCursor } from '../core/cursor.js';
import { redriveKey } from '../core/idempotency.js';
import { applyExitPolicy, withExitPolicy } from '../records/exit-grants.js';
import { csvHeader, csvPayment } from '../records/payment-csv.js';
import { paymentDocument, type PaymentRecord } from '../core/payment-record.js';
import { detailDocument, NO_OPERATIONS } from '../core/standing.js';
import { pay } from '../accept/pay.js';
import { redrive } from '../accept/redrive.js';
import type { PatientsDeps } from '../connect.js';
import {
  PAID_PAYMENT,
  PATIENT_ID,
  PAYMENT_DETAIL,
  PAYMENT_ID,
  PAYMENT_REQUEST,
} from './examples.js';
import {
  idempotencyKey,
  KEY_HEADER,
  answerPaid,
  getPreferredWait,
  PREFER_HEADER,
  traceparent,
  TRACE_HEADER,
} from './headers.js';
import { isOperator, PAID_RESPONSES } from './paid-responses.js';
import { idPath, paymentFilter, paymentList, paymentsQuery } from './schemas.js';
import { PAY_SAMPLE, REDRIVE_SAMPLE } from './samples.js';
import { paymentsCsv, stream } from './streams.js';

/** Rows per read of an export. */
const CSV_PAGE = 1_000;

const CSV_RESPONSE = {
  description: 'RFC 4180, with a header line.',
  contentType: 'text/csv',
  schema: z.string(),
  example:
    csvHeader() +
    csvPayment(
      { ...PAID_PAYMENT, status: 'SUCCEEDED', kind: 'charge', currency: 'USD' },
      'America/Bogota',
    ),
  headers: { 'Content-Disposition': 'The name of the file, `payments.csv`.' },
};

const payRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'pay',
    method: 'post',
    path: '/api/payments',
    tag: 'payments',
    auth: ['api'],
    summary: 'Pay',
    description:
      'Accepted means durable: no 2xx before the row is committed. `Prefer: wait=N` waits for the outcome and returns 201. Without it, or after ' +
      'the wait, the answer is 202 and `Location` is the path to poll. A repeated request with the same key and body gets the first answer again. ' +
      'With `settles: "bill"` a payment is accepted only if the bill in this currency has that much left that is neither paid nor pending (409 ' +
      '`BILL_NOT_PAYABLE`), also under concurrent requests. Without `settles`, any amount is accepted. With `capture: "manual"` the money is only ' +
      'held, and the payment is an authorization until it is captured or voided.',
    body: paymentRequest,
    bodyExample: PAYMENT_REQUEST,
    clientSample: PAY_SAMPLE,
    headers: [KEY_HEADER, PREFER_HEADER, TRACE_HEADER],
    responses: PAID_RESPONSES,
    problems: [
      'PATIENT_UNKNOWN',
      'BILL_NOT_PAYABLE',
      'IDEMPOTENCY_KEY_INVALID',
      'IDEMPOTENCY_KEY_REUSED',
      'TOO_BUSY',
      'NOT_ACCEPTING',
      'BACKLOG_FULL',
      'UNAVAILABLE',
    ],
    async handle({ body, request, response }) {
      const wait = getPreferredWait(request);
      const { capture, ...rest } = body;
      const command = {
        request: capture === 'manual' ? { ...rest, kind: 'authorize' as const } : rest,
        idempotencyKey: idempotencyKey(request, response),
        redriveOf: null,
        waitMs: (wait ?? 0) * 1_000,
        traceparent: traceparent(request),
        clientGone: clientGone(response),
      };
      return answerPaid(await withExitPolicy(deps, await pay(deps, command)), wait);
    },
  });

const redriveRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'redrive',
    method: 'post',
    path: '/api/payments/{id}/redrive',
    tag: 'payments',
    auth: ['operator', 'internal'],
    summary: 'Re-drive a failed payment',
    description:
      'Makes a new payment; the failed one keeps its status for ever. A second re-drive returns the same new payment. A payment that settled a ' +
      'bill is re-driven only if the bill has that much left: 409 `BILL_NOT_PAYABLE` if it was paid meanwhile. Each call with the operator ' +
      'token writes an audit row, whether it succeeds or fails.',
    params: idPath,
    paramsExample: { id: PAYMENT_ID },
    clientSample: REDRIVE_SAMPLE,
    headers: [PREFER_HEADER, TRACE_HEADER],
    responses: PAID_RESPONSES,
    problems: [
      'PAYMENT_NOT_FOUND',
      'NOT_REDRIVABLE',
      'BILL_NOT_PAYABLE',
      'TOO_BUSY',
      'NOT_ACCEPTING',
      'BACKLOG_FULL',
      'UNAVAILABLE',
    ],
    async handle({ params, request, response }) {
      const wait = getPreferredWait(request);
      response.setHeader('Idempotency-Key', redriveKey(params.id));
      const asked = {
        waitMs: (wait ?? 0) * 1_000,
        traceparent: traceparent(request),
        clientGone: clientGone(response),
      };
      const order = { id: params.id, isAudited: isOperator(deps, request), ...asked };
      return answerPaid(await withExitPolicy(deps, await redrive(deps, order)), wait);
    },
  });

const getRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'getPayment',
    method: 'get',
    path: '/api/payments/{id}',
    tag: 'payments',
    auth: ['api'],
    summary: 'Get a payment',
    description:
      'The payment as stored in the database. `PENDING` means accepted and not final; all other statuses are final. `kind` tells a charge and an ' +
      'authorization from their operations: a capture, a void and a refund name their payment in `of`. `state` and the amounts describe how a ' +
      'charge or an authorization has developed.',
    params: idPath,
    paramsExample: { id: PAYMENT_ID },
    responses: {
      200: {
        description: 'The current state of the payment.',
        schema: paymentDetail,
        example: PAYMENT_DETAIL,
      },
    },
    problems: ['PAYMENT_NOT_FOUND', 'UNAVAILABLE'],
    async handle({ params: { id } }) {
      const row = await deps.records.payment(id);
      const mayHaveOperations = row.ofPayment === null && row.status === 'SUCCEEDED';
      const sums = mayHaveOperations ? await deps.records.operationSums(id) : NO_OPERATIONS;
      const document = detailDocument(row, sums);
      return { status: 200, body: (await applyExitPolicy(deps, [document]))[0] };
    },
  });

const listRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'listPayments',
    method: 'get',
    path: '/api/payments',
    tag: 'payments',
    auth: ['api'],
    summary: 'List payments, newest first',
    description:
      'All given filters must match. For the next page pass `next` as `cursor`, with the same filters; payments accepted meanwhile ' +
      'do not shift the pages.',
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
      const documents = page.map((record) => paymentDocument(record));
      return { status: 200, body: { payments: await applyExitPolicy(deps, documents), next } };
    },
  });

const csvRoute = (deps: PatientsDeps): Route =>
  route({
    id: 'exportPayments',
    method: 'get',
    path: '/api/payments.csv',
    tag: 'payments',
    auth: ['api'],
    summary: 'Export payments as CSV, newest first',
    description:
      'All matching payments. Times are in the time zone of the hospital, with its UTC offset. An apostrophe precedes cells that a spreadsheet would treat as a formula.',
    query: paymentFilter,
    queryExample: { patientId: PATIENT_ID },
    responses: { 200: CSV_RESPONSE },
    problems: ['UNAVAILABLE'],
    async handle({ query, request, response }) {
      if (answeredHead(request, response, 'text/csv; charset=utf-8')) return null;
      const {
        records,
        config: { timeZone },
      } = deps;
      const first = await records.payments(query, null, CSV_PAGE);
      response.status(200).type('text/csv; charset=utf-8').attachment('payments.csv');
      const next = (last: PaymentRecord): Promise<PaymentRecord[]> =>
        records.payments(query, last.seq, CSV_PAGE);
      const toDocuments = (page: readonly PaymentRecord[]): Promise<Payment[]> =>
        applyExitPolicy(
          deps,
          page.map((record) => paymentDocument(record)),
        );
      await stream(
        response,
        paymentsCsv({ first, pageSize: CSV_PAGE, next, toDocuments, timeZone }),
      );
      return null;
    },
  });

/** The static path must precede the path with a parameter. */
export const paymentRoutes = (deps: PatientsDeps): Route[] => [
  payRoute(deps),
  listRoute(deps),
  csvRoute(deps),
  getRoute(deps),
  redriveRoute(deps),
];
