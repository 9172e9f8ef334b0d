/** Batches, lists, exports, bills: with a real database and queue. */
import { v7 as uuid } from 'uuid';
import { batch as batchSchema, type Batch } from '../../../shared/contracts/batch.js';
import type { Payment } from '../../../shared/contracts/payment.js';
import { acceptPayments } from '../../../shared/postgres/ledger.js';
import type { RunningPatients } from '../../../patients/start.js';
import { batchKey } from '../../../patients/core/idempotency.js';
import { CSV_COLUMNS } from '../../../patients/records/payment-csv.js';
import type { Bill } from '../../../patients/core/bill.js';
import { fingerprint } from '../../../patients/accept/fingerprint.js';
import { registerBatch } from '../../../patients/records/payment-rows.js';
import { eventually } from '../../support/eventually.js';
import { startFakeLeader, type FakeLeader } from './fake-leader.js';
import {
  call,
  codeOf,
  countRows,
  createSetup,
  PATIENT,
  PAYMENT,
  type Answered,
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
      amountMinor === 13 ? 'DECLINED' : amountMinor === 666 ? 'FAILED' : 'SUCCEEDED',
  });
});

afterAll(async () => {
  await leader?.stop();
  await setup?.end();
});

const fire = (
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> => call(`${url}/api/batches`, { body, headers });

describe('a batch', () => {
  test('of 230 is answered when all are final: each once, in order, spread over the patients', async () => {
    const before = await countRows(setup.pool, 'payment');
    const answered = await fire(one.url, { count: 230 });
    const document = batchSchema.parse(answered.body);
    expect(answered.status).toBe(200);
    expect(document).toMatchObject({
      sent: 230,
      succeeded: 230,
      declined: 0,
      failed: 0,
      pending: 0,
      availability: 1,
    });
    expect(new Set(document.payments.map(({ id }) => id)).size).toBe(230);
    expect(answered.headers.get('location')).toBe(`/api/batches/${document.batchId}`);
    expect(await countRows(setup.pool, 'payment')).toBe(before + 230);
    const { rows } = await setup.pool.query<{ id: string; patients: number }>(
      'SELECT id, (SELECT count(DISTINCT patient_id) FROM payment WHERE batch_id = $1) AS patients FROM payment WHERE batch_id = $1 ORDER BY seq',
      [document.batchId],
    );
    expect(rows.map(({ id }) => id)).toEqual(document.payments.map(({ id }) => id));
    expect(rows[0]?.patients).toBe(100);
  });

  test('is the same document when another instance reads it from the database', async () => {
    const answered = await fire(one.url, { count: 3 });
    const read = await call(`${two.url}/api/batches/${(answered.body as Batch).batchId}`);
    expect(read.text).toBe(answered.text);
  });

  test('with a list counts the outcomes separately', async () => {
    const payments = [15_000, 13, 666, 15_000].map((amountMinor) => ({ ...PAYMENT, amountMinor }));
    const { body } = await fire(one.url, { payments });
    expect(body).toMatchObject({
      sent: 4,
      succeeded: 2,
      declined: 1,
      failed: 1,
      pending: 0,
      availability: 0.5,
    });
    expect((body as Batch).payments.map(({ status }) => status)).toEqual([
      'SUCCEEDED',
      'DECLINED',
      'FAILED',
      'SUCCEEDED',
    ]);
  });

  test('that names unknown patients is refused with their indexes, and nothing is stored', async () => {
    const before = [await countRows(setup.pool, 'payment'), await countRows(setup.pool, 'batch')];
    const stranger = { ...PAYMENT, patientId: '00000000-0000-4000-8000-999999999999' };
    const answered = await fire(one.url, { payments: [PAYMENT, stranger, PAYMENT, stranger] });
    expect([answered.status, codeOf(answered)]).toEqual([422, 'PATIENT_UNKNOWN']);
    expect(
      (answered.body as { errors: { path: string }[] }).errors.map(({ path }) => path),
    ).toEqual(['body.payments.1.patientId', 'body.payments.3.patientId']);
    expect([await countRows(setup.pool, 'payment'), await countRows(setup.pool, 'batch')]).toEqual(
      before,
    );
  });

  test('errors refer to the form in use', async () => {
    const answered = await fire(one.url, { payments: [{ ...PAYMENT, amountMinor: -5 }] });
    expect(
      (answered.body as { errors: { path: string }[] }).errors.map(({ path }) => path),
    ).toEqual(['body.payments.0.amountMinor']);
  });

  test('repeated with its key, concurrently and through both instances, is one batch', async () => {
    const before = await countRows(setup.pool, 'payment');
    const headers = { 'Idempotency-Key': 'one-batch' };
    const answers = await Promise.all(
      [one, two, one, two].map(({ url }) => fire(url, { count: 1_200 }, headers)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(
      answers.filter((answer) => answer.headers.get('idempotent-replayed') === 'true'),
    ).toHaveLength(3);
    expect(await countRows(setup.pool, 'payment')).toBe(before + 1_200);
    const other = await fire(one.url, { count: 1_201 }, headers);
    expect([other.status, codeOf(other)]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  test('interrupted during the acceptance is completed by a repeated request', async () => {
    const head = { id: uuid(), fingerprint: fingerprint({ count: 7 }), sent: 7 };
    await registerBatch(setup.pool, {
      ...head,
      idempotencyKey: 'interrupted',
      acceptedBy: 'patients_9',
    });
    const rest = {
      batchId: head.id,
      redriveOf: null,
      fingerprint: head.fingerprint,
      answerWaited: true,
      concept: null,
      ...PAYMENT,
    };
    const there = [0, 1, 4].map((index) => ({
      ...rest,
      id: uuid(),
      batchIndex: index,
      idempotencyKey: batchKey(head.id, index),
    }));
    await acceptPayments(setup.pool, 0, 'patients_9', there);
    expect((await call(`${one.url}/api/batches/${head.id}`)).body).toMatchObject({
      sent: 7,
      pending: 7,
      availability: 0,
    });

    const answered = await fire(
      two.url,
      { count: 7, timeoutMs: 0 },
      { 'Idempotency-Key': 'interrupted' },
    );
    const document = answered.body as Batch;
    expect(document).toMatchObject({ batchId: head.id, sent: 7 });
    expect([0, 1, 4].map((index) => document.payments[index]?.id)).toEqual(
      there.map(({ id }) => id),
    );
    // The three stored payments are in no parcel; no relay runs here.
    await eventually(
      async () => {
        expect((await call(`${two.url}/api/batches/${head.id}`)).body).toMatchObject({
          sent: 7,
          succeeded: 4,
          pending: 3,
        });
        return true;
      },
      { what: 'the outcomes of the four' },
    );
  });

  test('without time to wait is answered at once, with all its payments stored', async () => {
    const answered = await fire(one.url, { count: 40, timeoutMs: 0 });
    expect((answered.body as Batch).payments).toHaveLength(40);
  });

  test('of 5,000 does not block other requests', async () => {
    let longestMs = 0;
    let firing = true;
    // Measures the work of this process, not the clock, because other programs may slow the machine
    // down.
    const workedMs = (): number => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1_000;
    };
    const bystander = async (): Promise<void> => {
      while (firing) {
        const since = workedMs();
        await call(`${one.url}/livez`);
        longestMs = Math.max(longestMs, workedMs() - since);
      }
    };
    const before = workedMs();
    const watching = bystander();
    const answered = await fire(one.url, { count: 5_000 });
    firing = false;
    await watching;
    expect(answered.body).toMatchObject({ sent: 5_000, succeeded: 5_000 });
    // About a tenth; if the batch were one piece of work, it would be all.
    expect(longestMs).toBeLessThan((workedMs() - before) / 2);
  });
});

describe('the list of payments', () => {
  interface Page {
    payments: Payment[];
    next: string | null;
  }
  const list = async (query: string): Promise<Page> =>
    (await call(`${one.url}/api/payments?${query}`)).body as Page;

  test('in pages is the whole list, newest first, without repetitions', async () => {
    const { batchId, payments } = (await fire(one.url, { count: 25 })).body as Batch;
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const page = await list(`batchId=${batchId}&limit=10${cursor}`);
      seen.push(...page.payments.map(({ id }) => id));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(seen).toEqual(payments.map(({ id }) => id).reverse());
  });

  test('contains exactly the payments that match the filter', async () => {
    const { batchId } = (
      await fire(one.url, { payments: [PAYMENT, { ...PAYMENT, amountMinor: 13 }] })
    ).body as Batch;
    expect(
      (await list(`batchId=${batchId}&status=DECLINED`)).payments.map(
        ({ amountMinor }) => amountMinor,
      ),
    ).toEqual([13]);
    expect(
      (await list(`batchId=${batchId}&processedBy=server_1&term=1&patientId=${PATIENT}`)).payments,
    ).toHaveLength(2);
    expect((await list(`batchId=${batchId}&term=2`)).payments).toEqual([]);
    expect((await list(`batchId=${batchId}&processedBy=server_2`)).payments).toEqual([]);
  });
});

describe('the export', () => {
  test('has a header and one safe line per payment, over several pages', async () => {
    const { batchId } = (await fire(one.url, { count: 2_100 })).body as Batch;
    const answered = await call(`${one.url}/api/payments.csv?batchId=${batchId}`);
    const lines = answered.text.split('\r\n');
    expect(answered.headers.get('content-type')).toMatch(/^text\/csv/);
    expect([lines[0], lines.length, lines.at(-1)]).toEqual([CSV_COLUMNS.join(','), 2_102, '']);
    expect(new Set(lines.slice(1, -1).map((line) => line.split(',')[0])).size).toBe(2_100);
  });

  test('quotes where necessary and disarms formulas', async () => {
    const { batchId } = (
      await fire(one.url, { payments: [{ ...PAYMENT, concept: '=HYPERLINK("x"),1' }] })
    ).body as Batch;
    const { text } = await call(`${one.url}/api/payments.csv?batchId=${batchId}`);
    expect(text).toContain(`"'=HYPERLINK(""x""),1"`);
  });
});

describe('a bill', () => {
  test('adds charges by kind, and a payment reduces the amount due', async () => {
    const url = `${one.url}/api/patients/00000000-0000-4000-8000-000000000077/bill`;
    const before = (await call(url)).body as Bill;
    const sections = Object.values(before.charges);
    expect(before.totalMinor).toBe(
      sections.reduce((sum, { subtotalMinor }) => sum + subtotalMinor, 0),
    );
    expect(sections.every(({ items }) => items.length >= 3 && items.length <= 12)).toBe(true);
    const body = { patientId: before.patient.id, amountMinor: 100, currency: before.currency };
    await call(`${one.url}/api/payments`, { body, headers: { Prefer: 'wait=10' } });
    const after = (await call(url)).body as Bill;
    expect([after.paidMinor, after.dueMinor]).toEqual([
      before.paidMinor + 100,
      Math.max(0, before.dueMinor - 100),
    ]);
  });

  test('of an unknown patient does not exist', async () => {
    const answered = await call(
      `${one.url}/api/patients/00000000-0000-4000-8000-999999999999/bill`,
    );
    expect([answered.status, codeOf(answered)]).toEqual([404, 'PATIENT_NOT_FOUND']);
  });
});

describe('the list of patients', () => {
  test('in pages contains each patient once', async () => {
    const seen: string[] = [];
    for (let query = '?limit=33'; ;) {
      const { patients, next } = (await call(`${one.url}/api/patients${query}`)).body as {
        patients: { id: string }[];
        next: string | null;
      };
      seen.push(...patients.map(({ id }) => id));
      if (next === null) break;
      query = `?limit=33&cursor=${next}`;
    }
    expect([seen.length, new Set(seen).size, seen[0]]).toEqual([100, 100, PATIENT]);
  });
});

describe('whoami', () => {
  test('counts the visits of a session, on any instance', async () => {
    const ask = (url: string, cookie = ''): Promise<Answered> =>
      call(`${url}/whoami`, { token: null, headers: cookie ? { Cookie: cookie } : {} });
    const first = await ask(one.url);
    const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] as string;
    const second = await ask(one.url, cookie);
    expect(first.headers.get('set-cookie')).toMatch(
      /^relevo\.sid=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
    expect(second.body).toEqual({ ...(first.body as object), sessionViews: 2 });
    const elsewhere = await ask(two.url, cookie);
    expect(elsewhere.body).toMatchObject({ tag: 'patients_2', sessionViews: 3 });
    expect((elsewhere.body as { id: string }).id).toBe((first.body as { id: string }).id);
  });
});
