/**
 * Actions on a list of payments: the choice of the patients instance, the answers and the audit,
 * against small fake instances.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { ListOperator, type ListOrder } from '../../../../monitor/inspect/list-operator.js';
import type { AuditEntry } from '../../../../shared/postgres/audit.js';

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
  ): Promise<{ url: string; asked: string[]; bodies: string[] }> {
    const asked: string[] = [];
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      let sent = '';
      request.on('data', (part: Buffer) => (sent += part.toString()));
      request.on('end', () => bodies.push(sent));
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
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, bodies };
  }

  const ACCEPT_RETRY_MS = 300;
  const keep = async (entry: AuditEntry): Promise<void> => void audit.push(entry);
  function operator(
    urls: readonly string[],
    note = keep,
    acceptRetryMs = ACCEPT_RETRY_MS,
  ): ListOperator {
    const patients = urls.map((url, index) => ({ id: `patients_${index + 1}`, url }));
    return new ListOperator({
      patients,
      internalToken: 'internal',
      audit: note,
      logger: pino({ level: 'silent' }),
      acceptRetryMs,
    });
  }

  const order = (ids: string[], reason = 'x', actor = 'operator'): ListOrder => ({
    action: 'redrive',
    ids,
    actor,
    reason,
  });
  const accepted = { id: NEW_ID, status: 'PENDING' };

  test('the first instance that answers re-drives; the audit has actor, reason and outcome', async () => {
    const [first, second] = [await instance(202, accepted), await instance(202, accepted)];
    expect(
      await operator([first.url, second.url]).perform(
        order(['a'], 'gateway is back', 'operator: Ana'),
      ),
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

  test('a cancellation has the reason in its body and the status in its audit row', async () => {
    const { url, asked, bodies } = await instance(202, accepted);
    const cancel = { ...order([NEW_ID], 'bank is closed'), action: 'cancel' as const };
    expect(await operator([url]).perform(cancel)).toEqual([
      { id: NEW_ID, ok: true, payment: accepted, replayed: false },
    ]);
    expect(asked).toEqual([`POST /api/payments/${NEW_ID}/cancel Bearer internal`]);
    expect(bodies).toEqual(['{"reason":"bank is closed"}']);
    expect(audit).toEqual([
      {
        actor: 'operator',
        action: 'cancel',
        target: NEW_ID,
        reason: 'bank is closed',
        outcome: `${NEW_ID}: PENDING`,
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
    expect(await operator([first.url, second.url]).perform(order(['a']))).toMatchObject([
      { ok: true, replayed: true },
    ]);
  });

  test('a definite refusal is not retried', async () => {
    const [first, second] = [
      await instance(409, { code: 'NOT_REDRIVABLE', detail: 'Payment a is SUCCEEDED' }),
      await instance(202, accepted),
    ];
    expect(await operator([first.url, second.url]).perform(order(['a']))).toEqual([
      { id: 'a', ok: false, code: 'NOT_REDRIVABLE', detail: 'Payment a is SUCCEEDED' },
    ]);
    expect(second.asked).toEqual([]);
    expect(audit[0]?.outcome).toBe('NOT_REDRIVABLE');
  });

  test('an unknown answer is reported as such', async () => {
    const { url } = await instance(200, { hello: 'world' });
    expect(await operator([url]).perform(order(['a']))).toMatchObject([
      { ok: false, code: 'INTERNAL', detail: 'The patients instance answered 200' },
    ]);
  });

  test('no instance answers: the rest fails at once, each with an audit row', async () => {
    const { url, asked } = await instance(0, null);
    const outcome = await operator([url]).perform(order(['a', 'b', 'c', 'd', 'e', 'f']));
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
    const driven = await operator([silent.url, next.url]).perform(order(['a']));
    expect(driven).toMatchObject([{ ok: true }]);
    // An instance answers up to a second after its patience.
    expect(performance.now() - since).toBeGreaterThan(ACCEPT_RETRY_MS + 1_000);
  });

  test('after a payment that waited the whole patience, the rest fails at once', async () => {
    const body = { code: 'UNAVAILABLE', detail: 'PostgreSQL is silent' };
    const { url, asked } = await instance(503, body, {}, ACCEPT_RETRY_MS);
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const outcome = await operator([url]).perform(order(ids));
    expect(outcome).toEqual(ids.map((id) => ({ id, ok: false, ...body })));
    expect(asked.length).toBeLessThanOrEqual(2);
  });

  test('a refusal before that is of one payment: the others are asked', async () => {
    const { url, asked } = await instance(503, { code: 'UNAVAILABLE', detail: 'a lock' });
    await operator([url], keep, 60_000).perform(order(['a', 'b', 'c', 'd']));
    expect(asked).toHaveLength(4);
  });

  test('no instance is configured, and a failed audit write is not an error', async () => {
    const none = operator([], () => Promise.reject(new Error('no database')));
    expect(none.isPossible).toBe(false);
    expect(await none.perform(order(['a']))).toMatchObject([
      {
        code: 'NO_PATIENTS_INSTANCE',
        detail: expect.stringContaining('PATIENTS is empty') as unknown,
      },
    ]);
  });

  test('the answers keep the order of the request', async () => {
    const { url } = await instance(202, accepted);
    const ids = Array.from({ length: 30 }, (_, index) => `p${index}`);
    expect((await operator([url]).perform(order(ids))).map(({ id }) => id)).toEqual(ids);
  });
});
