/**
 * Stories and re-drives at a monitor with a real patients instance.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openInspected, type Inspected } from './support.js';

interface Story {
  status: string;
  survivedHandOver: boolean;
  repeats: string[];
  repeatedBy: string[];
  story: { kind: string; text: string; led?: { replica: string; until: string | null } }[];
}
interface Answer {
  driven: number;
  refused: number;
  payments: {
    id: string;
    ok: boolean;
    replayed?: boolean;
    code?: string;
    payment?: { id: string };
  }[];
}

let system: Inspected;
let survivor: string;
let failed: string[];

const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
const story = (id: string): Promise<Story> => system.json<Story>(`/payments/${id}.json`);

beforeAll(async () => {
  system = await openInspected();
  const { accept, elect, finish, pool } = system;
  const first = await elect('server_1');
  const accepted = await accept([{}, {}, {}, { currency: 'EUR', amountMinor: 700 }]);
  survivor = accepted[0]?.id ?? '';
  failed = accepted.slice(1).map(({ id }) => id);
  for (const id of failed)
    await finish(id, 'server_1', first, {
      status: 'FAILED',
      attempts: 5,
      reason: 'GATEWAY_UNAVAILABLE',
      gatewayReference: null,
    });
  await pool.query('SELECT pg_sleep(0.005)');
  await finish(survivor, 'server_2', await elect('server_2'));
});
afterAll(() => system.close());

test('the story of a payment that outlived its leader', async () => {
  const told = await story(survivor);
  expect(told).toMatchObject({
    status: 'SUCCEEDED',
    survivedHandOver: true,
    repeats: [],
    repeatedBy: [],
  });
  expect(told.story.map(({ kind }) => kind)).toEqual([
    'accepted',
    'hand-over',
    'committed',
    'pass',
  ]);
  expect(told.story[1]?.text).toContain('server_2 took over from server_1, in term 2 (kill)');
  expect(told.story[2]?.led).toMatchObject({ replica: 'server_2', until: null });
  expect((await story(failed[0] as string)).story.find(({ led }) => led)?.led?.until).toEqual(
    expect.any(String),
  );
});

test('an unknown payment: 404, as a page too', async () => {
  expect((await system.ask(`/payments/${randomUUID()}.json`)).status).toBe(404);
  expect(await system.ask(`/payments/${randomUUID()}`)).toMatchObject({
    status: 404,
    text: expect.stringContaining('There is no payment') as unknown,
  });
});

describe('re-drive', () => {
  test('the preview shows how many, the amount by currency, and the excluded payments', async () => {
    const path = `/failed/redrive?${[...failed, survivor].map((id) => `ids=${id}`).join('&')}`;
    expect(await system.json(path)).toEqual({
      drive: failed,
      sums: [
        { currency: 'EUR', amountMinor: 700, payments: 1 },
        { currency: 'USD', amountMinor: 3000, payments: 2 },
      ],
      refused: [{ id: survivor, why: 'is succeeded: only a failed payment can be retried' }],
    });
  });

  test('patients makes one new payment for any number of requests; both stories show it, and so does the audit', async () => {
    const [id] = failed as [string];
    const first = await system.json<Answer>(
      '/failed/redrive',
      post({ ids: [id, survivor], reason: 'the gateway is back' }),
    );
    expect(first).toMatchObject({
      driven: 1,
      refused: 1,
      payments: [
        { id, ok: true, replayed: false },
        { id: survivor, ok: false, code: 'NOT_REDRIVABLE' },
      ],
    });
    const again = await system.json<Answer>(
      '/failed/redrive',
      post({ ids: [id], reason: 'once more' }),
    );
    expect(again.payments).toMatchObject([
      { id, ok: true, replayed: true, payment: { id: first.payments[0]?.payment?.id } },
    ]);
    const newId = first.payments[0]?.payment?.id ?? '';
    expect((await story(id)).repeatedBy).toEqual([newId]);
    expect(await story(newId)).toMatchObject({ status: 'PENDING', repeats: [id] });
    const { rows } = await system.pool.query(
      `SELECT actor, target, reason, outcome FROM audit WHERE action = 'redrive' ORDER BY id LIMIT 2`,
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        {
          actor: 'operator',
          target: id,
          reason: 'the gateway is back',
          outcome: `retried as ${newId}`,
        },
        {
          actor: 'operator',
          target: survivor,
          reason: 'the gateway is back',
          outcome: 'NOT_REDRIVABLE',
        },
      ]),
    );
    const open = await system.json<{ payments: { id: string }[] }>('/failed.json');
    expect(open.payments.map((each) => each.id)).toEqual(failed.slice(1).reverse());
    const all = await system.json<{ payments: { id: string; repeatedBy: string | null }[] }>(
      '/failed.json?all=yes',
    );
    expect(all.payments.at(-1)).toMatchObject({ id, repeatedBy: newId });
  });

  test('a bill that was paid meanwhile: the preview excludes it, and the insert refuses it', async () => {
    const bill = async (): Promise<string> => {
      const payer = randomUUID();
      await system.pool.query(
        `WITH payer AS (INSERT INTO patient (id, document, full_name, birth_date, authorization_code)
                        VALUES ($1::uuid, $1::uuid::text, 'Payer', '1980-01-01', '') RETURNING id)
         INSERT INTO charge (id, patient_id, kind, description, amount_minor, currency)
         SELECT gen_random_uuid(), id, 'exam', 'Exam', 28274, 'USD' FROM payer`,
        [payer],
      );
      return payer;
    };
    const [twice, open] = [await bill(), await bill()];
    const settling = (patientId: string): object => ({
      patientId,
      amountMinor: 28_274,
      settles: 'bill',
    });
    const term = await system.elect('server_1');
    const [broken, other] = (await system.accept([settling(twice), settling(open)])).map(
      ({ id }) => id,
    ) as [string, string];
    for (const id of [broken, other])
      await system.finish(id, 'server_1', term, {
        status: 'FAILED',
        reason: 'GATEWAY_UNAVAILABLE',
        gatewayReference: null,
      });
    const [paid] = await system.accept([settling(twice)]);
    await system.finish(paid?.id ?? '', 'server_1', term);
    expect(await system.json(`/failed/redrive?ids=${broken}&ids=${other}`)).toMatchObject({
      drive: [other],
      refused: [{ id: broken, why: 'settles a bill that was paid meanwhile, or is being paid' }],
    });
    const answer = await system.json<Answer>(
      '/failed/redrive',
      post({ ids: [broken, other], reason: 'the gateway is back' }),
    );
    expect(answer.payments).toMatchObject([
      { id: broken, ok: false, code: 'BILL_NOT_PAYABLE' },
      { id: other, ok: true },
    ]);
    const { rows } = await system.pool.query(`SELECT outcome FROM audit WHERE target = $1`, [
      broken,
    ]);
    expect(rows).toEqual([{ outcome: 'BILL_NOT_PAYABLE' }]); // One row, that of the console.
    const { rows: sums } = await system.pool.query(
      `SELECT sum(amount_minor)::bigint AS paid FROM payment WHERE patient_id = $1 AND status IN ('PENDING', 'SUCCEEDED')`,
      [twice],
    );
    expect(sums).toEqual([{ paid: 28_274 }]);
  });

  test.each<[string, unknown]>([
    ['no reason', { ids: [survivor] }],
    ['nothing chosen', { ids: [], reason: 'x' }],
    ['no id', { ids: ["' OR 1=1"], reason: 'x' }],
    ['too many', { ids: Array.from({ length: 101 }, () => randomUUID()), reason: 'x' }],
    ['a field too much', { ids: [randomUUID()], reason: 'x', force: true }],
  ])('%s: refused, and nothing is done', async (_name, body) => {
    const count = async (): Promise<unknown> =>
      (await system.pool.query('SELECT count(*) FROM audit')).rows;
    const before = await count();
    expect((await system.ask('/failed/redrive', post(body))).status).toBe(400);
    expect(await count()).toEqual(before);
  });

  test('no patients instance answers: a clear problem, and a page that states that nothing was done', async () => {
    const lonely = await openInspected();
    try {
      await lonely.patients.stop();
      const [payment] = await lonely.accept([{}]);
      const { status, text } = await lonely.ask(
        '/failed/redrive',
        post({ ids: [payment?.id], reason: 'x' }),
      );
      expect(status).toBe(503);
      expect(JSON.parse(text)).toMatchObject({ code: 'NO_PATIENTS_INSTANCE', retryable: true });
      const page = await lonely.ask(
        '/failed/redrive',
        post({ ids: [payment?.id], reason: 'x' }, { Accept: 'text/html' }),
      );
      expect(page).toMatchObject({
        status: 503,
        text: expect.stringContaining('nothing was retried') as unknown,
      });
    } finally {
      await lonely.close();
    }
  });
});

test('PostgreSQL unavailable: pages and programs are asked to retry later', async () => {
  const alone = await openInspected({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none' });
  try {
    for (const path of [
      '/payments',
      `/payments/${survivor}`,
      '/failed',
      `/failed/redrive?ids=${survivor}`,
    ]) {
      const page = await alone.ask(path, { headers: { Accept: 'text/html' } });
      expect({ path, status: page.status, retry: page.headers.get('retry-after') }).toEqual({
        path,
        status: 503,
        retry: '1',
      });
      expect(page.text).toContain('The database is unavailable');
    }
    expect((await alone.ask('/payments.json')).status).toBe(503);
  } finally {
    await alone.close();
  }
});
