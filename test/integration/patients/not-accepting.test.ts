/**
 * Operators stop new payments: every instance refuses them with the reason and stores nothing,
 * known keys are answered, and the desk shows the reason. With real engines.
 */
import { beforeAll, expect, test } from '@jest/globals';
import type { Batch } from '../../../shared/contracts/batch.js';
import type { Payment } from '../../../shared/contracts/payment.js';
import { setAcceptance } from '../../../shared/postgres/acceptance.js';
import { eventually } from '../../support/eventually.js';
import { call, codeOf, countRows, type Answered } from './setup.js';
import { identified, patient, payForm, send, setup, somebodyLeads } from './staff-stage.js';

const REASON = 'bank <maintenance> until 15:00';

let urls: string[];
beforeAll(async () => {
  await somebodyLeads();
  urls = [
    (await setup.start()).url,
    (await setup.start({ ID: 'patients_2', BACKLOG_LOOK_MS: '60000' })).url,
  ];
});

const post = (url: string, path: string, key: string, body: object): Promise<Answered> =>
  call(`${url}${path}`, { body, headers: { 'Idempotency-Key': key, 'Prefer': 'wait=20' } });
const pay = (url: string, key: string, amountMinor = 100): Promise<Answered> =>
  post(url, '/api/payments', key, { patientId: patient.id, amountMinor, currency: 'USD' });
const fire = (url: string, key: string, count = 2): Promise<Answered> =>
  post(url, '/api/batches', key, { count, patientId: patient.id });

async function set(accepting: boolean): Promise<void> {
  await setAcceptance(setup.pool, { accepting, reason: REASON, actor: 'operator: test' });
  for (const url of urls)
    await eventually(
      async () => {
        // A batch of an unknown patient is refused in both cases, and stores nothing.
        const patientId = '00000000-0000-4000-8000-ffffffffffff';
        const answered = await call(`${url}/api/batches`, { body: { count: 1, patientId } });
        return (codeOf(answered) === 'NOT_ACCEPTING') === !accepting;
      },
      { what: `${url} knows the switch` },
    );
}

test('while stopped, every instance refuses new payments and batches with the reason, and stores nothing', async () => {
  const known = await pay(urls[0] as string, 'known');
  const batch = await fire(urls[0] as string, 'known-batch');
  await set(false);
  const before = await countRows(setup.pool, 'payment');
  for (const url of urls) {
    for (const answered of [await pay(url, 'new'), await fire(url, 'new-batch')]) {
      expect([answered.status, codeOf(answered)]).toEqual([503, 'NOT_ACCEPTING']);
      expect(answered.body).toMatchObject({
        retryable: true,
        detail: expect.stringContaining(REASON),
      });
      expect(answered.headers.get('retry-after')).toBe('10');
    }
    const again = await pay(url, 'known');
    expect([
      again.status,
      again.headers.get('idempotent-replayed'),
      (again.body as Payment).id,
    ]).toEqual([201, 'true', (known.body as Payment).id]);
    const batchAgain = await fire(url, 'known-batch');
    expect([
      batchAgain.status,
      (batchAgain.body as Batch).batchId,
      (batchAgain.body as Batch).pending,
    ]).toEqual([200, (batch.body as Batch).batchId, 0]);
    expect(codeOf(await fire(url, 'known-batch', 3))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(codeOf(await pay(url, 'known', 101))).toBe('IDEMPOTENCY_KEY_REUSED');
  }
  expect([await countRows(setup.pool, 'payment'), await countRows(setup.pool, 'batch')]).toEqual([
    before,
    1,
  ]);
  await set(true);
  for (const url of urls) expect((await pay(url, `after-${url}`)).status).toBe(201);
});

test('an interrupted batch is completed after the stop, and not during it', async () => {
  const [url = ''] = urls;
  const whole = await fire(url, 'interrupted');
  const { batchId } = whole.body as Batch;
  await setup.pool.query('ALTER TABLE payment DISABLE TRIGGER USER');
  await setup.pool.query('DELETE FROM payment WHERE batch_id = $1 AND batch_index = 1', [batchId]);
  await setup.pool.query('ALTER TABLE payment ENABLE TRIGGER USER');
  await set(false);
  expect(codeOf(await fire(url, 'interrupted'))).toBe('NOT_ACCEPTING');
  await set(true);
  expect((await fire(url, 'interrupted')).body).toMatchObject({ batchId, succeeded: 2 });
});

test('the desk shows the reason and no form; a form sent from an older page pays nothing', async () => {
  const visitor = await identified(urls[0] as string);
  const form = await payForm(visitor);
  expect((await visitor.ask('/bill')).text).not.toContain('Payments are stopped');
  await set(false);
  const before = await countRows(setup.pool, 'payment');
  const { text } = await visitor.ask('/bill');
  expect(text).toContain('<b>Payments are stopped.</b> bank &lt;maintenance&gt; until 15:00');
  expect(text).not.toContain('action="/bill/pay"');
  const refused = await send(visitor, form);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
  expect(refused.text).toContain('Nothing was paid');
  expect(await countRows(setup.pool, 'payment')).toBe(before);
  await set(true);
  expect((await send(visitor, form)).status).toBe(303);
});

test('an instance that starts during a stop refuses its first payment', async () => {
  await set(false);
  const { url } = await setup.start({ ID: 'patients_3' });
  expect(codeOf(await pay(url, 'early'))).toBe('NOT_ACCEPTING');
  await set(true);
});

test('while the switch cannot be read, the last known value stays', async () => {
  await set(false);
  await setup.pool.query('ALTER TABLE acceptance RENAME TO acceptance_away');
  try {
    const { url } = await setup.start({ ID: 'patients_4' });
    // It never read the switch, so it accepts; the others keep what they read.
    expect((await pay(url, 'without-switch')).status).toBe(201);
    expect(codeOf(await pay(urls[0] as string, 'kept'))).toBe('NOT_ACCEPTING');
  } finally {
    await setup.pool.query('ALTER TABLE acceptance_away RENAME TO acceptance');
  }
  await set(true);
});
