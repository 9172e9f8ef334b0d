/**
 * Re-drives: the preview, and the choice of the patients instance, against small fake instances.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import type { PaymentToDrive } from '../../../../monitor/inspect/failed-payments.js';
import { previewRedrive, sumByCurrency } from '../../../../monitor/inspect/redrive-preview.js';
import { Redrives } from '../../../../monitor/inspect/redrive.js';
import type { AuditEntry } from '../../../../shared/postgres/audit.js';

const payment = (id: string, rest: Partial<PaymentToDrive> = {}): PaymentToDrive =>
  ({
    id,
    status: 'FAILED',
    patientId: 'p',
    amountMinor: 100,
    currency: 'USD',
    repeatedBy: null,
    payableMinor: null,
    ...rest,
  }) as PaymentToDrive;

describe('the preview', () => {
  test('lists the payments to re-drive and the refused ones, each with the reason', () => {
    const found = [
      payment('a'),
      payment('b', { status: 'SUCCEEDED' }),
      payment('c', { repeatedBy: 'x' }),
    ];
    const { drive, refused } = previewRedrive(['a', 'b', 'c', 'd', 'a'], found);
    expect(drive.map(({ id }) => id)).toEqual(['a']);
    expect(refused).toEqual([
      { id: 'b', why: 'is succeeded: only a failed payment can be retried' },
      { id: 'c', why: 'was retried already' },
      { id: 'd', why: 'does not exist' },
    ]);
  });

  test('a cancelled payment is not driven again', () => {
    const { drive, refused } = previewRedrive(['a'], [payment('a', { reason: 'CANCELLED' })]);
    expect([drive, refused]).toEqual([[], [{ id: 'a', why: 'was cancelled by an operator' }]]);
  });

  test('never exceeds the remaining amount of a bill; several payments of one bill share that amount', () => {
    const found = [
      payment('paid', { payableMinor: 0 }),
      payment('free'),
      payment('less', { payableMinor: 99, patientId: 'q' }),
      payment('first', { payableMinor: 150, patientId: 'r' }),
      payment('second', { payableMinor: 150, patientId: 'r' }),
      payment('rest', { payableMinor: 150, patientId: 'r', amountMinor: 50 }),
      payment('euros', { payableMinor: 100, patientId: 'r', currency: 'EUR' }),
    ];
    const { drive, refused } = previewRedrive(
      found.map(({ id }) => id),
      found,
    );
    expect(drive.map(({ id }) => id)).toEqual(['free', 'first', 'rest', 'euros']);
    expect(refused).toEqual([
      { id: 'paid', why: 'settles a bill that was paid meanwhile, or is being paid' },
      { id: 'less', why: 'settles a bill that has less left to pay now' },
      { id: 'second', why: 'settles a bill that others of these pay' },
    ]);
  });

  test('never adds amounts of two currencies', () => {
    const sums = sumByCurrency([
      payment('a'),
      payment('b', { currency: 'EUR', amountMinor: 7 }),
      payment('c', { amountMinor: 50 }),
    ]);
    expect(sums).toEqual([
      { currency: 'EUR', amountMinor: 7, payments: 1 },
      { currency: 'USD', amountMinor: 150, payments: 2 },
    ]);
    expect(sumByCurrency([])).toEqual([]);
  });
});

const NEW_ID = '01a1ff4f-6ad0-75ae-a611-4d9d8a772cd2';

describe('requests to patients', () => {
  const servers: Server[] = [];
  let audit: AuditEntry[] = [];
  beforeEach(() => {
    audit = [];
  });
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** @param body null: the connection breaks. */
  async function instance(
    status: number,
    body: object | null,
    headers = {},
    delayMs = 0,
  ): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      if (body === null) return void request.socket.destroy();
      if (delayMs === Infinity) return;
      const answer = (): void =>
        void response
          .writeHead(status, { 'Content-Type': 'application/json', ...headers })
          .end(JSON.stringify(body));
      // A timer may fire up to a millisecond early.
      if (delayMs > 0) setTimeout(answer, delayMs + 5);
      else answer();
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }

  const ACCEPT_RETRY_MS = 300;
  const keep = async (entry: AuditEntry): Promise<void> => void audit.push(entry);
  function redrives(
    urls: readonly string[],
    note = keep,
    acceptRetryMs = ACCEPT_RETRY_MS,
  ): Redrives {
    const patients = urls.map((url, index) => ({ id: `patients_${index + 1}`, url }));
    return new Redrives({
      patients,
      internalToken: 'internal',
      audit: note,
      logger: pino({ level: 'silent' }),
      acceptRetryMs,
    });
  }

  const accepted = { id: NEW_ID, status: 'PENDING' };

  test('the first instance that answers re-drives; the audit has actor, reason and outcome', async () => {
    const [first, second] = [await instance(202, accepted), await instance(202, accepted)];
    expect(
      await redrives([first.url, second.url]).drive(['a'], 'operator: Ana', 'gateway is back'),
    ).toEqual([{ id: 'a', ok: true, payment: accepted, replayed: false }]);
    expect(first.asked).toEqual(['POST /api/payments/a/redrive Bearer internal']);
    expect(second.asked).toEqual([]);
    expect(audit).toEqual([
      {
        actor: 'operator: Ana',
        action: 'redrive',
        target: 'a',
        reason: 'gateway is back',
        outcome: `retried as ${NEW_ID}`,
      },
    ]);
  });

  test.each<[string, number, object | null]>([
    ['breaks the connection', 0, null],
    ['is full', 503, { code: 'BACKLOG_FULL', detail: 'x' }],
    ['is busy', 429, { code: 'TOO_BUSY', detail: 'x' }],
  ])('one that %s: the next is asked', async (_name, status, body) => {
    const [first, second] = [
      await instance(status, body),
      await instance(202, accepted, { 'Idempotent-Replayed': 'true' }),
    ];
    expect(await redrives([first.url, second.url]).drive(['a'], 'operator', 'x')).toMatchObject([
      { ok: true, replayed: true },
    ]);
  });

  test('a definite refusal is not retried', async () => {
    const [first, second] = [
      await instance(409, { code: 'NOT_REDRIVABLE', detail: 'Payment a is SUCCEEDED' }),
      await instance(202, accepted),
    ];
    expect(await redrives([first.url, second.url]).drive(['a'], 'operator', 'x')).toEqual([
      { id: 'a', ok: false, code: 'NOT_REDRIVABLE', detail: 'Payment a is SUCCEEDED' },
    ]);
    expect(second.asked).toEqual([]);
    expect(audit[0]?.outcome).toBe('NOT_REDRIVABLE');
  });

  test('an unknown answer is reported as such', async () => {
    const { url } = await instance(200, { hello: 'world' });
    expect(await redrives([url]).drive(['a'], 'operator', 'x')).toMatchObject([
      { ok: false, code: 'INTERNAL', detail: 'The patients instance answered 200' },
    ]);
  });

  test('no instance answers: the rest fails at once, each with an audit row', async () => {
    const { url, asked } = await instance(0, null);
    const outcome = await redrives([url]).drive(['a', 'b', 'c', 'd', 'e', 'f'], 'operator', 'x');
    expect(outcome.map((each) => !each.ok && each.code)).toEqual(
      Array.from({ length: 6 }, () => 'NO_PATIENTS_INSTANCE'),
    );
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(audit).toHaveLength(6);
  });

  test('an instance gets longer than its patience to answer', async () => {
    const [silent, next] = [
      await instance(202, accepted, {}, Infinity),
      await instance(202, accepted),
    ];
    const since = performance.now();
    const driven = await redrives([silent.url, next.url]).drive(['a'], 'operator', 'x');
    expect(driven).toMatchObject([{ ok: true }]);
    // An instance answers up to a second after its patience.
    expect(performance.now() - since).toBeGreaterThan(ACCEPT_RETRY_MS + 1_000);
  });

  test('after a payment that waited the whole patience, the rest fails at once', async () => {
    const body = { code: 'UNAVAILABLE', detail: 'PostgreSQL is silent' };
    const { url, asked } = await instance(503, body, {}, ACCEPT_RETRY_MS);
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const outcome = await redrives([url]).drive(ids, 'operator', 'x');
    expect(outcome).toEqual(ids.map((id) => ({ id, ok: false, ...body })));
    expect(asked.length).toBeLessThanOrEqual(2);
  });

  test('a refusal before that is of one payment: the others are asked', async () => {
    const { url, asked } = await instance(503, { code: 'UNAVAILABLE', detail: 'a lock' });
    await redrives([url], keep, 60_000).drive(['a', 'b', 'c', 'd'], 'operator', 'x');
    expect(asked).toHaveLength(4);
  });

  test('no instance is configured, and a failed audit write is not an error', async () => {
    const none = redrives([], () => Promise.reject(new Error('no database')));
    expect(none.possible).toBe(false);
    expect(await none.drive(['a'], 'operator', 'x')).toMatchObject([
      {
        code: 'NO_PATIENTS_INSTANCE',
        detail: expect.stringContaining('PATIENTS is empty') as unknown,
      },
    ]);
  });

  test('the answers keep the order of the request', async () => {
    const { url } = await instance(202, accepted);
    const ids = Array.from({ length: 30 }, (_, index) => `p${index}`);
    expect((await redrives([url]).drive(ids, 'operator', 'x')).map(({ id }) => id)).toEqual(ids);
  });
});
