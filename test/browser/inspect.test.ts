/**
 * Inspection in a real browser: search, the story of a payment, re-drives, the queue; on a phone,
 * in dark mode, without scripts.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { openInspected, PATIENTS, type Inspected } from '../integration/inspect/support.js';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { openQueue } from '../../shared/queue/reconnecting-queue.js';
import { connectRedis } from '../../shared/queue/queue.js';
import { createLogger } from '../../shared/observability/logger.js';
import { eventually } from '../support/eventually.js';
import { axeProblems, checkBothSchemes, screenshot } from '../support/page-checks.js';
import type { PageOptions } from '../support/page-profile.js';
import { testRedisUrl } from '../support/redis.js';

let system: Inspected;
let survivor: string;
const failed: string[] = [];

async function putParcels(): Promise<void> {
  const redis = connectRedis(testRedisUrl(), 'fail-fast', createLogger('test', 'test', 'silent'));
  const queue = openQueue(0, system.hospital.prefix, redis);
  await eventually(() => redis.status === 'ready', { what: 'Redis' });
  await queue.use((bull) =>
    bull.addBulk([
      { name: 'parcel', data: { ids: failed } },
      { name: 'parcel', data: { ids: [survivor] } },
    ]),
  );
  redis.disconnect();
}

describeInBrowser('inspecting payments', () => {
  const browser = useBrowser();

  beforeAll(async () => {
    system = await openInspected();
    const { accept, elect, finish, pool } = system;
    await pool.query(`UPDATE patient SET full_name = 'Elena Castillo Peña' WHERE id = ANY ($1)`, [
      PATIENTS,
    ]);
    const first = await elect('server_1');
    const twelve = Array.from({ length: 12 }, (_, index) => ({
      patientId: PATIENTS[index % 2] ?? '',
      amountMinor: 12_50 * (index + 1),
    }));
    const many = await accept(twelve);
    for (const { id } of many.slice(0, 6)) await finish(id, 'server_1', first);
    for (const { id } of many.slice(6, 9)) {
      failed.push(id);
      await finish(id, 'server_1', first, {
        status: 'FAILED',
        attempts: 5,
        reason: 'GATEWAY_UNAVAILABLE',
        gatewayReference: null,
      });
    }
    survivor = many[9]?.id ?? '';
    await pool.query(
      `UPDATE payment SET last_error = 'gateway answered 503', attempts = 1 WHERE id = $1`,
      [survivor],
    );
    await pool.query('SELECT pg_sleep(0.005)');
    await finish(survivor, 'server_2', await elect('server_2'), { attempts: 2 });
    await putParcels();
  });
  afterAll(() => system?.close());

  /** Opens a page after the sign-in that redirects to `path`. */
  async function open(path: string, options: PageOptions = {}): Promise<Page> {
    const page = await browser.page(options);
    await page.goto(system.base + path);
    await page.getByLabel('Operator token').fill('operator');
    await page.getByLabel('Your name').fill('Ana');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`**${path}`);
    return page;
  }

  test('search a payment by its id, and read its story: accepted under one leader, finished by another', async () => {
    const page = await open('/payments');
    await page.getByLabel('Search', { exact: true }).fill(survivor);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/payments/${survivor}`);
    const story = page.locator('.story');
    expect(await story.innerText()).toMatch(
      /Accepted by patients_1[^]*server_2 took over from server_1, in term 2 \(kill\)[^]*Tried twice[^]*committed by server_2 under term 2[^]*may leave/,
    );
    expect(await page.locator('.facts').innerText()).toContain('Elena Castillo Peña');
    // In the reader's time zone, with UTC in the title.
    expect(await page.locator('.story time').first().getAttribute('title')).toMatch(/Z$/);
    expect(await page.locator('.story time').first().innerText()).not.toContain('UTC');
  });

  test('filters are part of the address, and each can be removed', async () => {
    const page = await open('/payments');
    await page.getByText('Filters', { exact: true }).click();
    await page.getByLabel('Status').selectOption('SUCCEEDED');
    await page.getByLabel('Term').fill('1');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.waitForURL(/status=SUCCEEDED&term=1/);
    expect(await page.locator('.payments tbody tr').count()).toBe(6);
    await screenshot(page, 'inspect-filtered');
    expect(await axeProblems(page)).toEqual([]);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'CSV' }).click();
    expect((await download).suggestedFilename()).toBe('payments.csv');
    await page.getByLabel('Remove the filter Status').click();
    await page.waitForURL((to) => !to.searchParams.has('status'));
    await page.getByLabel('Remove the filter Term').click();
    await page.waitForURL('**/payments');
    expect(await page.locator('.payments tbody tr').count()).toBe(12);
  });

  test.each([1_280, 390])(
    'at %i pixels, light and dark: no sideways scrolling, no serious finding of axe',
    async (width) => {
      const page = await open('/payments', { width });
      for (const [name, path] of [
        ['search', '/payments'],
        ['story', `/payments/${survivor}`],
        ['failed', '/failed?all=yes'],
        ['redrive', `/failed/redrive?ids=${failed[0]}`],
        ['nothing', '/payments?q=nobody'],
      ] as const) {
        const answer = await page.goto(system.base + path);
        expect(answer?.status()).toBeLessThan(500);
        await checkBothSchemes(page, `inspect-${name}`);
      }
    },
  );

  test('the queue: its parcels, without patients; a link leads to the story', async () => {
    const page = await open('/queues');
    await page.waitForSelector('h2:has-text("2 parcels waiting, 0 with the leader")');
    expect(await page.content()).not.toContain('Elena');
    await checkBothSchemes(page, 'inspect-queue');
    await page.click(`a[href="/payments/${survivor}"]`);
    await page.waitForURL(`**/payments/${survivor}`);
  });

  test('without scripts: failed payments are re-driven; the audit has the reason, the story has the new payment', async () => {
    const page = await open('/failed', { javaScript: false });
    await screenshot(page, 'inspect-failed');
    await page.getByLabel(`Select payment ${failed[0]?.slice(-12)}`).check();
    await page.getByLabel(`Select payment ${failed[1]?.slice(-12)}`).check();
    await page.getByRole('button', { name: 'Retry the selected …' }).click();
    await page.getByText('2 new payments', { exact: true }).waitFor();
    expect(await page.locator('main').innerText()).toContain('USD 187.50');
    await screenshot(page, 'inspect-preview');
    await page.getByLabel('Reason').fill('the gateway is back <b>');
    await page.getByRole('button', { name: 'Retry 2 payments' }).click();
    await page.locator('main').getByRole('status').waitFor();
    expect(await page.locator('main').getByRole('status').innerText()).toContain(
      '2 payments: 2 retried. Reason: the gateway is back <b>',
    );
    await screenshot(page, 'inspect-outcome');
    const { rows } = await system.pool.query<Record<string, string>>(
      `SELECT actor, action, target, reason, outcome FROM audit WHERE action = 'redrive' ORDER BY target`,
    );
    expect(rows.map(({ target }) => target).sort()).toEqual(failed.slice(0, 2).sort());
    expect(rows[0]).toMatchObject({ actor: 'operator: Ana', reason: 'the gateway is back <b>' });
    expect(rows[0]?.['outcome']).toMatch(/^retried as /);
    await page.goto(`${system.base}/payments/${failed[0]}`);
    expect(await page.locator('.story').innerText()).toMatch(
      /Retried as another payment, which is PENDING[^]*By operator: Ana. Reason: the gateway is back <b>/,
    );
    await screenshot(page, 'inspect-story-failed');
    await page.goto(`${system.base}/failed`);
    expect(await page.locator('.payments tbody tr').count()).toBe(1);
  });

  test('with scripts: pending payments are cancelled in several requests, with one result', async () => {
    const count = 23;
    await system.accept(
      Array.from({ length: count }, () => ({ patientId: PATIENTS[1], currency: 'EUR' })),
      'patients_9',
    );
    const page = await open('/payments?status=PENDING&acceptedBy=patients_9');
    await page.getByRole('link', { name: 'Cancel pending payments …' }).click();
    await page.getByText(`${count} pending payments`, { exact: true }).waitFor();
    await screenshot(page, 'inspect-cancel-preview');
    expect(await axeProblems(page)).toEqual([]);
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(request.url());
    });
    await page.getByLabel('Reason').fill('the bank is closed');
    await page.getByRole('button', { name: `Cancel ${count} payments` }).click();
    const banner = page.locator('.banner.good');
    await banner.waitFor();
    expect(await banner.innerText()).toContain(
      `${count} payments: ${count} requested. Reason: the bank is closed`,
    );
    expect(await page.locator('#results > li').count()).toBe(count);
    expect(sent).toHaveLength(3);
    await screenshot(page, 'inspect-cancel-outcome');
    expect(await axeProblems(page)).toEqual([]);
    const { rows } = await system.pool.query(
      `SELECT actor, reason, count(*)::int FROM audit WHERE action = 'cancel' GROUP BY 1, 2`,
    );
    expect(rows).toEqual([{ actor: 'operator: Ana', reason: 'the bank is closed', count }]);
    await page.getByRole('link', { name: 'Preview the rest' }).click();
    await page.getByText('Nothing: no pending payment matches now.').waitFor();
  });
});
