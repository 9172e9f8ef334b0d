/**
 * Payments, with a real database and queue: which are accepted, which are refused, and the answers
 * to replays.
 */
import { payment as paymentSchema, type Payment } from '../../../shared/contracts/payment.js';
import type { RunningPatients } from '../../../patients/start.js';
import { eventually } from '../../support/eventually.js';
import { startFakeLeader, type FakeLeader } from './fake-leader.js';
import {
  call,
  codeOf,
  countRows,
  createSetup,
  PATIENT,
  PAYMENT,
  TOKENS,
  type CallOptions,
  type Setup,
} from './setup.js';

let setup: Setup;
let one: RunningPatients;
let two: RunningPatients;
let leader: FakeLeader;

beforeAll(async () => {
  setup = await createSetup();
  one = await setup.start({ ID: 'patients_1' });
  two = await setup.start({ ID: 'patients_2' });
  leader = await startFakeLeader({
    ...setup,
    rule: ({ amountMinor }) =>
      amountMinor === 666 ? 'FAILED' : amountMinor === 13 ? 'DECLINED' : 'SUCCEEDED',
  });
});

afterAll(async () => {
  await leader?.stop();
  await setup?.end();
});

const pay = (url: string, headers: Record<string, string> = {}, body: unknown = PAYMENT) =>
  call(`${url}/api/payments`, { body, headers });

describe('a payment', () => {
  test('that waits gets 201 with its outcome', async () => {
    const answered = await pay(one.url, { Prefer: 'wait=10' });
    const payment = paymentSchema.parse(answered.body);
    expect(answered.status).toBe(201);
    expect(payment).toMatchObject({
      status: 'SUCCEEDED',
      exit_granted: true,
      processedBy: 'server_1',
      term: 1,
      acceptedBy: 'patients_1',
    });
    expect(answered.headers.get('location')).toBe(`/api/payments/${payment.id}`);
    expect(answered.headers.get('preference-applied')).toBe('wait=10');
    expect(answered.headers.get('link')).toBe(`</api/passes/${payment.id}>; rel="exit-pass"`);
    expect(answered.headers.get('x-served-by')).toBe('patients_1');
    expect(answered.headers.get('idempotency-key')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('that does not wait gets 202, and its row exists already', async () => {
    const answered = await pay(one.url);
    const payment = paymentSchema.parse(answered.body);
    expect(answered.status).toBe(202);
    expect(payment).toMatchObject({
      status: 'PENDING',
      attempts: 0,
      completedAt: null,
      exit_granted: false,
    });
    expect(answered.headers.get('retry-after')).toBe('1');
    const { rowCount } = await setup.pool.query('SELECT 1 FROM payment WHERE id = $1', [
      payment.id,
    ]);
    expect(rowCount).toBe(1);
  });

  test('puts a valid trace context into its parcel', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await pay(one.url, { Prefer: 'wait=10', traceparent });
    expect(leader.parcels.some((parcel) => parcel.traceparent === traceparent)).toBe(true);
  });

  test('can be read on the other instance, and is the same there', async () => {
    const paid = await pay(one.url, { Prefer: 'wait=10' });
    const { id } = paid.body as Payment;
    const read = await call(`${two.url}/api/payments/${id}`);
    expect(read.status).toBe(200);
    expect(read.body).toEqual({
      ...(paid.body as Payment),
      state: 'captured',
      capturedMinor: PAYMENT.amountMinor,
      refundedMinor: 0,
      refundableMinor: PAYMENT.amountMinor,
      cancelRequestedAt: null,
    });
  });
});

describe('the same key', () => {
  test.each([
    ['without waiting', {}, 202],
    ['waiting', { Prefer: 'wait=10' }, 201],
  ])(
    '50 times at once through two instances, %s: one row, 50 equal answers',
    async (title, headers, status) => {
      const key = `fifty ${title}`;
      const before = await countRows(setup.pool, 'payment');
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          pay(index % 2 ? one.url : two.url, { 'Idempotency-Key': key, ...headers }),
        ),
      );
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]));
      expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
      expect(
        answers.filter((answer) => answer.headers.get('idempotent-replayed') === 'true'),
      ).toHaveLength(49);
      expect(await countRows(setup.pool, 'payment')).toBe(before + 1);
    },
  );

  test('gets the acceptance again after the payment is final, and the outcome when it waits', async () => {
    const headers = { 'Idempotency-Key': 'first-answer-again' };
    const first = await pay(one.url, headers);
    const { id } = first.body as Payment;
    await eventually(
      async () =>
        ((await call(`${one.url}/api/payments/${id}`)).body as Payment).status === 'SUCCEEDED',
      { what: 'the outcome' },
    );
    const again = await pay(two.url, headers);
    expect([again.status, again.text]).toEqual([202, first.text]);
    const waiting = await pay(two.url, { ...headers, Prefer: 'wait=10' });
    expect(waiting.status).toBe(201);
    expect((waiting.body as Payment).status).toBe('SUCCEEDED');
  });

  test('with another body is refused and stores nothing', async () => {
    const headers = { 'Idempotency-Key': 'two-bodies' };
    await pay(one.url, headers);
    const before = await countRows(setup.pool, 'payment');
    const refused = await pay(two.url, headers, { ...PAYMENT, amountMinor: 1 });
    expect([refused.status, codeOf(refused)]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect(await countRows(setup.pool, 'payment')).toBe(before);
  });

  test('with the members in another order is the same body', async () => {
    const headers = { 'Idempotency-Key': 'another-order' };
    const first = await pay(one.url, headers);
    const again = await pay(one.url, headers, {
      currency: 'USD',
      amountMinor: 15_000,
      patientId: PATIENT.toUpperCase(),
    });
    expect(again.text).toBe(first.text);
  });
});

describe('bad input', () => {
  const huge = { ...PAYMENT, concept: 'x'.repeat(2_000_000) };
  type Bad = [
    title: string,
    status: number,
    code: string,
    options: CallOptions & { path?: string },
  ];
  const BAD: Bad[] = [
    ['no body', 400, 'BODY_MISSING', { method: 'POST' }],
    ['a body that is not JSON', 400, 'BODY_MALFORMED', { body: '{"patientId":' }],
    [
      'a JSON body of another content type',
      400,
      'BODY_MISSING',
      { body: PAYMENT, headers: { 'Content-Type': 'text/plain' } },
    ],
    ['2 MB', 413, 'BODY_TOO_LARGE', { body: huge }],
    ['a body that is not an object', 400, 'VALIDATION_FAILED', { body: '[]' }],
    ['null', 400, 'VALIDATION_FAILED', { body: 'null' }],
    ['a negative amount', 400, 'VALIDATION_FAILED', { body: { ...PAYMENT, amountMinor: -1 } }],
    ['a fractional amount', 400, 'VALIDATION_FAILED', { body: { ...PAYMENT, amountMinor: 10.5 } }],
    ['a zero amount', 400, 'VALIDATION_FAILED', { body: { ...PAYMENT, amountMinor: 0 } }],
    [
      'a huge amount',
      400,
      'VALIDATION_FAILED',
      { body: { ...PAYMENT, amountMinor: 100_000_000_001 } },
    ],
    [
      'an amount beyond the safe integers',
      400,
      'VALIDATION_FAILED',
      {
        body: '{"patientId":"00000000-0000-4000-8000-000000000001","amountMinor":1e400,"currency":"USD"}',
      },
    ],
    [
      'an amount in quotes',
      400,
      'VALIDATION_FAILED',
      { body: { ...PAYMENT, amountMinor: '15000' } },
    ],
    ['an unknown currency', 400, 'VALIDATION_FAILED', { body: { ...PAYMENT, currency: 'XXX' } }],
    [
      'a currency in small letters',
      400,
      'VALIDATION_FAILED',
      { body: { ...PAYMENT, currency: 'usd' } },
    ],
    [
      'an unknown patient',
      422,
      'PATIENT_UNKNOWN',
      { body: { ...PAYMENT, patientId: '00000000-0000-4000-8000-999999999999' } },
    ],
    [
      'a malformed patient id',
      400,
      'VALIDATION_FAILED',
      { body: { ...PAYMENT, patientId: 'nobody' } },
    ],
    ['an unknown member', 400, 'VALIDATION_FAILED', { body: { ...PAYMENT, tip: 5 } }],
    [
      'a NUL in the concept',
      400,
      'VALIDATION_FAILED',
      { body: { ...PAYMENT, concept: 'a\u0000b' } },
    ],
    [
      'a reserved key',
      400,
      'IDEMPOTENCY_KEY_INVALID',
      { body: PAYMENT, headers: { 'Idempotency-Key': 'batch:1:1' } },
    ],
    [
      'a key that is too long',
      400,
      'IDEMPOTENCY_KEY_INVALID',
      { body: PAYMENT, headers: { 'Idempotency-Key': 'k'.repeat(201) } },
    ],
    ['no token', 401, 'UNAUTHENTICATED', { body: PAYMENT, token: null }],
    ['a wrong token', 401, 'UNAUTHENTICATED', { body: PAYMENT, token: 'guess' }],
    ['a token of another kind', 403, 'FORBIDDEN', { body: PAYMENT, token: TOKENS.INTERNAL_TOKEN }],
    ['a batch of 0', 400, 'VALIDATION_FAILED', { path: '/api/batches', body: { count: 0 } }],
    [
      'a batch of 100,001',
      400,
      'VALIDATION_FAILED',
      { path: '/api/batches', body: { count: 100_001 } },
    ],
    [
      'a batch of both forms',
      400,
      'VALIDATION_FAILED',
      { path: '/api/batches', body: { count: 1, payments: [PAYMENT] } },
    ],
    ['an empty list', 400, 'VALIDATION_FAILED', { path: '/api/batches', body: { payments: [] } }],
    [
      'a batch without a token',
      401,
      'UNAUTHENTICATED',
      { path: '/api/batches', body: { count: 1 }, token: null },
    ],
    [
      'a batch for an unknown patient',
      422,
      'PATIENT_UNKNOWN',
      {
        path: '/api/batches',
        body: { count: 1, patientId: '00000000-0000-4000-8000-999999999999' },
      },
    ],
    [
      'a malformed payment id',
      400,
      'VALIDATION_FAILED',
      { path: '/api/payments/not-a-uuid', method: 'GET' },
    ],
    [
      'an unknown payment',
      404,
      'PAYMENT_NOT_FOUND',
      { path: '/api/payments/00000000-0000-4000-8000-999999999999', method: 'GET' },
    ],
    [
      'an unknown batch',
      404,
      'BATCH_NOT_FOUND',
      { path: '/api/batches/00000000-0000-4000-8000-999999999999', method: 'GET' },
    ],
    [
      'an unknown query parameter',
      400,
      'VALIDATION_FAILED',
      { path: '/api/payments?sort=up', method: 'GET' },
    ],
    ['a limit of 0', 400, 'VALIDATION_FAILED', { path: '/api/payments?limit=0', method: 'GET' }],
    [
      'a limit of 501',
      400,
      'VALIDATION_FAILED',
      { path: '/api/payments?limit=501', method: 'GET' },
    ],
    [
      'a foreign cursor',
      400,
      'VALIDATION_FAILED',
      { path: '/api/payments?cursor=abc', method: 'GET' },
    ],
    ['an unknown path', 404, 'NOT_FOUND', { path: '/api/nothing', method: 'GET' }],
  ];

  test.each(BAD)(
    '%s: %i %s, and nothing is stored',
    async (_title, status, code, { path = '/api/payments', ...options }) => {
      const before = [await countRows(setup.pool, 'payment'), await countRows(setup.pool, 'batch')];
      const answered = await call(`${one.url}${path}`, options);
      expect([answered.status, codeOf(answered)]).toEqual([status, code]);
      expect(answered.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answered.headers.get('x-served-by')).toBe('patients_1');
      expect([
        await countRows(setup.pool, 'payment'),
        await countRows(setup.pool, 'batch'),
      ]).toEqual(before);
    },
  );
});

describe('a re-drive', () => {
  const redrive = (id: string, token: string) =>
    call(`${one.url}/api/payments/${id}/redrive`, {
      method: 'POST',
      token,
      headers: { Prefer: 'wait=10' },
    });

  test('of a failed payment makes one new payment, for one request or two; the failed one stays failed', async () => {
    const failed = (await pay(one.url, { Prefer: 'wait=10' }, { ...PAYMENT, amountMinor: 666 }))
      .body as Payment;
    expect(failed.status).toBe('FAILED');
    const first = await redrive(failed.id, TOKENS.OPERATOR_TOKEN);
    const second = await redrive(failed.id, TOKENS.OPERATOR_TOKEN);
    expect([first.status, second.text]).toEqual([201, first.text]);
    expect(first.body).toMatchObject({ redriveOf: failed.id, amountMinor: 666 });
    expect(((await call(`${one.url}/api/payments/${failed.id}`)).body as Payment).status).toBe(
      'FAILED',
    );
  });

  test('of a succeeded payment is refused', async () => {
    const { id } = (await pay(one.url, { Prefer: 'wait=10' })).body as Payment;
    const refused = await redrive(id, TOKENS.OPERATOR_TOKEN);
    expect([refused.status, codeOf(refused)]).toEqual([409, 'NOT_REDRIVABLE']);
  });

  test('requires the operator token', async () => {
    const refused = await redrive(PATIENT, TOKENS.API_TOKEN);
    expect([refused.status, codeOf(refused)]).toEqual([403, 'FORBIDDEN']);
  });
});

describe('an exit pass', () => {
  test('exists for a succeeded payment, and not for a declined one', async () => {
    const paid = (await pay(one.url, { Prefer: 'wait=10' })).body as Payment;
    const pass = await call(`${one.url}/api/passes/${paid.id}`);
    const requestTime = paid.completedAt as string;
    const expirationTime = new Date(Date.parse(requestTime) + 24 * 3_600_000).toISOString();
    expect(pass.body).toEqual({
      valid: true,
      patient: { id: PATIENT, name: expect.any(String) as string },
      paid: { amountMinor: PAYMENT.amountMinor, currency: 'USD' },
      due: [{ amountMinor: expect.any(Number) as number, currency: 'USD' }],
      requestTime,
      expirationTime,
    });
    const declined = (await pay(one.url, { Prefer: 'wait=10' }, { ...PAYMENT, amountMinor: 13 }))
      .body as Payment;
    const none = await call(`${one.url}/api/passes/${declined.id}`);
    expect([none.status, codeOf(none)]).toEqual([404, 'PASS_NOT_FOUND']);
  });
});
