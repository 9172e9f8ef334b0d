/** The head of a list of payments: counts, sums, progress, the patient's name, typed words. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readTotals } from '../../../monitor/inspect/payment-totals.js';
import { openInspected, PATIENTS, type Inspected } from './support.js';

const BATCH = randomUUID();
let system: Inspected;

const page = async (query: string): Promise<string> =>
  (await system.ask(`/payments?${query}`)).text.replace(/\s+/g, ' ');

beforeAll(async () => {
  system = await openInspected();
  const { accept, elect, finish, pool } = system;
  await pool.query(
    `INSERT INTO batch (id, idempotency_key, fingerprint, sent, accepted_by) VALUES ($1, 'batch', 'x', 3, 'patients_1')`,
    [BATCH],
  );
  await pool.query(`UPDATE patient SET full_name = 'Elena <Peña>' WHERE id = $1`, [PATIENTS[1]]);
  const accepted = await accept([
    { batchId: BATCH, batchIndex: 0, amountMinor: 12_50 },
    { batchId: BATCH, batchIndex: 1, amountMinor: 7_50 },
    { batchId: BATCH, batchIndex: 2, amountMinor: 300, currency: 'JPY' },
    { patientId: PATIENTS[1], amountMinor: 1_00 },
  ]);
  const term = await elect('server_1');
  await finish(accepted[0]?.id ?? '', 'server_1', term);
});
afterAll(() => system.close());

test('a batch: progress, and counts and sums of each status and currency', async () => {
  const text = await page(`batchId=${BATCH}`);
  expect(text).toContain('1 of 3 final <progress value="1" max="3">');
  expect(text).toMatch(/pending<\/span> 1, JPY 300<.*pending<\/span> 1, USD 7\.50</);
  expect(text).toContain('succeeded</span> 1, USD 12.50');
});

test('other lists have the sum of the page', async () => {
  expect(await page('term=1')).toContain('On this page: USD 12.50');
  expect(await page(`batchId=${BATCH}&status=PENDING`)).toContain(
    'On this page: JPY 300 and USD 7.50',
  );
});

test('the filter of a patient shows the name, and the box the typed words', async () => {
  const answer = await system.ask('/payments?q=D0002');
  const text = await page(
    new URL(answer.headers.get('location') ?? '', system.base).search.slice(1),
  );
  expect(text).toContain('Patient: <strong>Elena &lt;Peña&gt;, document D0002</strong>');
  expect(text).toMatch(/name="q"[^>]*value="D0002"/);
});

test('only one batch or one patient is counted, because only these have an index', async () => {
  const { pool } = system;
  expect(await readTotals(pool, {})).toBeNull();
  expect(await readTotals(pool, { term: 1 })).toBeNull();
  expect(await readTotals(pool, { batchId: BATCH, term: 1 })).toBeNull();
  expect(await readTotals(pool, { document: 'd 0002' })).toMatchObject({ payments: 1, cut: false });
  expect(await readTotals(pool, { batchId: randomUUID() })).toEqual({
    byStatus: [],
    payments: 0,
    cut: false,
  });
});

test('amounts of different kinds are not added', async () => {
  const [charge] = await system.accept([{ patientId: PATIENTS[0], amountMinor: 9_00 }]);
  await system.finish(charge?.id ?? '', 'server_1', 1);
  await system.accept([
    { patientId: PATIENTS[0], amountMinor: 4_00, kind: 'refund', ofPayment: charge?.id ?? '' },
  ]);
  const text = await page(`patientId=${PATIENTS[0]}`);
  expect(text).toContain('pending</span> 1, USD 4.00 refunded');
  expect(await page(`patientId=${PATIENTS[0]}&status=PENDING`)).toMatch(
    /On this page: .*USD 4\.00 refunded/,
  );
});

test('the failed charges of a list lead to the preview of their retry', async () => {
  const [failed] = await system.accept([{ patientId: PATIENTS[1], amountMinor: 2_00 }]);
  expect(await page(`patientId=${PATIENTS[1]}`)).not.toContain('Retry 1 failed payment');
  await system.finish(failed?.id ?? '', 'server_1', 1, {
    status: 'FAILED',
    reason: 'GATEWAY_UNAVAILABLE',
    gatewayReference: null,
  });
  expect(await page(`patientId=${PATIENTS[1]}`)).toContain(
    `href="/failed/redrive?ids=${failed?.id}">Retry 1 failed payment …`,
  );
});

test('a page is compressed, the answer for a program is not', async () => {
  const encoding = async (path: string): Promise<string | null> =>
    (await system.ask(path)).headers.get('content-encoding');
  expect(await encoding('/payments')).toMatch(/^(gzip|br)$/);
  expect(await encoding('/payments.json')).toBeNull();
});
