/** The cancellation of the pending payments that match a filter, with a real patients instance. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openInspected, PATIENTS, type Inspected } from './support.js';

interface Preview {
  matching: number;
  sums: object[];
  requested: number;
  cancel: string[];
}

const PATH = '/pending/cancel';
const OF_FIRST = `patientId=${PATIENTS[0]}`;
const REASON = 'the bank is closed <b>';

let system: Inspected;
let term: number;
/** Pending, oldest first: USD, EUR, USD of the first patient; one of the second, by patients_2. */
let ids: [string, string, string, string];

const preview = (filter: string): Promise<Preview> => system.json<Preview>(`${PATH}?${filter}`);
const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
const page = async (path: string): Promise<string> =>
  (await system.ask(path, { headers: { Accept: 'text/html' } })).text.replace(/\s+/g, ' ');
/** The cancellations that were requested, and the audit rows, of this test's payments. */
const readDone = async (): Promise<unknown> =>
  (
    await system.pool.query(
      `SELECT p.id, p.cancel_reason AS kept, audit.actor, audit.action, audit.reason, audit.outcome
         FROM payment p LEFT JOIN audit ON audit.target = p.id::text
        WHERE p.id = ANY ($1) AND (p.cancel_requested_at IS NOT NULL OR audit.id IS NOT NULL) ORDER BY p.seq`,
      [ids],
    )
  ).rows;

beforeAll(async () => {
  system = await openInspected();
  term = await system.elect('server_1');
});
beforeEach(async () => {
  const { rows } = await system.pool.query<{ id: string }>(
    'SELECT id FROM payment WHERE completed_at IS NULL',
  );
  for (const { id } of rows) await system.finish(id, 'server_1', term);
  const first = await system.accept([{}, { currency: 'EUR', amountMinor: 700 }, {}]);
  const other = await system.accept([{ patientId: PATIENTS[1] }], 'patients_2');
  ids = [...first, ...other].map(({ id }) => id) as typeof ids;
});
afterAll(() => system.close());

describe('the preview', () => {
  test('counts and sums what matches now, oldest first, and changes nothing', async () => {
    expect(await preview(OF_FIRST)).toEqual({
      matching: 3,
      sums: [
        { kind: 'charge', currency: 'EUR', amountMinor: 700, payments: 1 },
        { kind: 'charge', currency: 'USD', amountMinor: 3_000, payments: 2 },
      ],
      requested: 0,
      cancel: ids.slice(0, 3),
    });
    expect(await readDone()).toEqual([]);
  });

  test('takes the filters of the search, and never a payment that is final', async () => {
    const { rows } = await system.pool.query<{ at: Date }>(
      'SELECT accepted_at AS at FROM payment WHERE id = $1',
      [ids[2]],
    );
    const at = rows[0]?.at.toISOString() ?? '';
    expect((await preview('acceptedBy=patients_2')).cancel).toEqual([ids[3]]);
    expect((await preview(`id=${ids[1]}`)).cancel).toEqual([ids[1]]);
    expect((await preview(`to=${at}`)).cancel).not.toContain(ids[2]);
    expect((await preview(`from=${at}`)).cancel).toEqual(expect.arrayContaining(ids.slice(2)));
    expect((await preview('')).cancel).toEqual(ids);
    await system.finish(ids[0], 'server_1', term);
    expect((await preview('')).cancel).toEqual(ids.slice(1));
    expect((await preview(`batchId=${randomUUID()}`)).matching).toBe(0);
  });

  test.each(['status=FAILED', 'limit=3', 'batchId=1', 'ids=1', 'from=never'])(
    'the parameter %s: 400',
    async (query) => {
      expect((await system.ask(`${PATH}?${query}`)).status).toBe(400);
    },
  );

  test('the list of pending payments leads to the page, which states sums and limits', async () => {
    const address = `${PATH}?${OF_FIRST}`;
    const button = `href="${address}">Cancel pending payments …`;
    expect(await page(`/payments?status=PENDING&${OF_FIRST}`)).toContain(button);
    expect(await page(`/payments?${OF_FIRST}`)).not.toContain('Cancel pending payments');
    const text = await page(address);
    expect(text).toContain('<strong>3 pending payments</strong> match now');
    expect(text).toContain('<strong>EUR 7.00 and USD 30.00</strong> together');
    expect(text).toContain('charged before its cancellation succeeds');
    expect(text).toMatch(/name="reason" required maxlength="200"/);
  });
});

describe('the action', () => {
  test('requests each cancellation with an audit row; a payment that became final is no error', async () => {
    const { cancel } = await preview(OF_FIRST);
    await system.finish(ids[1], 'server_1', term);
    const unknown = randomUUID();
    const body = { ids: [...cancel, ids[0], unknown], reason: REASON };
    expect(await system.json(PATH, post(body))).toMatchObject({
      requested: 2,
      final: 1,
      refused: 1,
      notReached: 0,
      payments: [
        { id: ids[0], ok: true, payment: { id: ids[0], status: 'PENDING' } },
        { id: ids[1], ok: false, code: 'NOT_CANCELLABLE' },
        { id: ids[2], ok: true },
        { id: unknown, ok: false, code: 'PAYMENT_NOT_FOUND' },
      ],
    });
    const row = { actor: 'operator', action: 'cancel', reason: REASON };
    expect(await readDone()).toEqual([
      { ...row, id: ids[0], kept: REASON, outcome: `${ids[0]}: PENDING` },
      { ...row, id: ids[1], kept: null, outcome: 'NOT_CANCELLABLE' },
      { ...row, id: ids[2], kept: REASON, outcome: `${ids[2]}: PENDING` },
    ]);
    expect(await preview(OF_FIRST)).toMatchObject({ matching: 0, requested: 2, cancel: [] });
  });

  test('a payment that was charged before its cancellation succeeds, and is final then', async () => {
    const body = { ids: [ids[0]], reason: REASON };
    expect(await system.json(PATH, post(body))).toMatchObject({ requested: 1 });
    await system.finish(ids[0], 'server_1', term);
    expect(await system.json(PATH, post(body))).toMatchObject({
      requested: 0,
      final: 1,
      payments: [{ payment: { status: 'SUCCEEDED' } }],
    });
  });

  test('one action concerns at most 100 payments; the preview continues with the rest', async () => {
    await system.accept(Array.from({ length: 100 }, () => ({})));
    const first = await preview(OF_FIRST);
    expect(first).toMatchObject({ matching: 103, requested: 0 });
    expect(first.sums).toContainEqual({
      kind: 'charge',
      currency: 'USD',
      amountMinor: 102 * 1_500,
      payments: 102,
    });
    expect(first.cancel).toHaveLength(100);
    expect(await page(`${PATH}?${OF_FIRST}`)).toContain('One action concerns at most 100');
    const body = { ids: first.cancel, reason: REASON };
    expect(await system.json(PATH, post(body))).toMatchObject({ requested: 100 });
    expect(await preview(OF_FIRST)).toMatchObject({ matching: 3, requested: 100 });
  });

  test.each<[string, (id: string) => unknown]>([
    ['no reason', (id) => ({ ids: [id] })],
    ['a reason of 201 characters', (id) => ({ ids: [id], reason: 'x'.repeat(201) })],
    ['nothing chosen', () => ({ ids: [], reason: 'x' })],
    ['no id', (id) => ({ ids: [id, "' OR 1=1"], reason: 'x' })],
    ['too many', (id) => ({ ids: [id, ...Array.from({ length: 100 }, randomUUID)], reason: 'x' })],
    ['a filter in place of ids', () => ({ patientId: PATIENTS[0], reason: 'x' })],
  ])('%s: 400, and nothing is done', async (_name, toBody) => {
    expect((await system.ask(PATH, post(toBody(ids[0])))).status).toBe(400);
    expect(await readDone()).toEqual([]);
  });
});

describe('the form of a session', () => {
  let session: { cookie: string; csrf: string };
  const send = async (fields: [string, string][], cookie = session.cookie) => {
    const response = await fetch(`${system.base}${PATH}?${OF_FIRST}`, {
      method: 'POST',
      headers: { Accept: 'text/html', ...(cookie === '' ? {} : { cookie }) },
      body: new URLSearchParams(fields),
    });
    return { status: response.status, text: (await response.text()).replace(/\s+/g, ' ') };
  };

  beforeAll(async () => {
    const signIn = new URLSearchParams({ token: 'operator', name: 'Ana' });
    const request = { method: 'POST', redirect: 'manual' as const, body: signIn };
    const answer = await fetch(`${system.base}/session`, request);
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    const shown = await (await fetch(system.base, { headers: { cookie } })).text();
    session = { cookie, csrf: /name="csrf" content="([^"]+)"/.exec(shown)?.[1] ?? '' };
  });

  test('is needed, with its proof and a reason; then the page has the result', async () => {
    const reason: [string, string] = ['reason', REASON];
    const id: [string, string] = ['ids', ids[0]];
    const csrf: [string, string] = ['csrf', session.csrf];
    expect((await send([id, reason, csrf], '')).status).toBe(401);
    expect((await send([id, reason])).status).toBe(403);
    expect((await send([id, reason, ['csrf', 'x']])).status).toBe(403);
    const again = await send([id, ['reason', ' '], csrf]);
    expect(again.status).toBe(400);
    expect(again.text).toContain('Enter a reason of at most 200 characters');
    expect(again.text).toContain(`name="ids" value="${ids[0]}"`);
    expect(await readDone()).toEqual([]);
    const done = await send([id, reason, csrf]);
    expect(done.status).toBe(200);
    expect(done.text).toContain('1 payment: 1 requested.');
    expect(done.text).toContain('Reason: the bank is closed &lt;b&gt;');
    expect(await readDone()).toMatchObject([{ id: ids[0], actor: 'operator: Ana' }]);
  });
});

test('no patients instance answers: 503, and the page states that nothing was requested', async () => {
  const lonely = await openInspected();
  try {
    await lonely.patients.stop();
    const [payment] = await lonely.accept([{}]);
    const body = { ids: [payment?.id], reason: 'x' };
    const { status, text } = await lonely.ask(PATH, post(body));
    expect(status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({ code: 'NO_PATIENTS_INSTANCE', retryable: true });
    const shown = await lonely.ask(PATH, post(body, { Accept: 'text/html' }));
    expect(shown.text).toContain('no cancellation was requested');
  } finally {
    await lonely.close();
  }
});
