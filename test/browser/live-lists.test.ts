/** Lists and stories refresh by themselves, and wait while the reader uses them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { openInspected, type Inspected } from '../integration/inspect/support.js';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';

describeInBrowser('live lists', () => {
  const browser = useBrowser();
  let system: Inspected;
  let term: number;

  beforeAll(async () => {
    system = await openInspected();
    term = await system.elect('server_1');
  });
  afterAll(() => system?.close());

  async function open(path: string): Promise<Page> {
    const page = await browser.page();
    // A busy machine may answer 503 for a moment.
    browser.watch(page).expects(/status of 503/);
    await page.clock.install();
    await page.goto(system.base + path);
    await page.getByLabel('Operator token').fill('operator');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`**${path}`);
    await eventually(async () => (await page.reload())?.ok(), { what: `the page ${path}` });
    await page.evaluate('globalThis.notReloaded = true');
    return page;
  }
  const isSamePage = (page: Page): Promise<unknown> => page.evaluate('globalThis.notReloaded');
  const acceptOne = async (): Promise<string> => (await system.accept([{}]))[0]?.id ?? '';

  test('a new payment appears in the list, and its outcome in its story', async () => {
    const list = await open('/payments');
    const id = await acceptOne();
    await list.waitForSelector(`a[href="/payments/${id}"]`);
    expect(await isSamePage(list)).toBe(true);
    const story = await open(`/payments/${id}`);
    await story.waitForSelector('.facts .state:has-text("pending")');
    await system.finish(id, 'server_1', term);
    await story.waitForSelector('.facts .state:has-text("succeeded")');
    expect(await isSamePage(story)).toBe(true);
  });

  test('a list with a marked row waits until the mark is removed', async () => {
    const failed = { status: 'FAILED', reason: 'GATEWAY_UNAVAILABLE' } as const;
    const [first, second] = [await acceptOne(), await acceptOne()];
    await system.finish(first, 'server_1', term, failed);
    const page = await open('/failed');
    await page.check(`input[value="${first}"]`);
    await system.finish(second, 'server_1', term, failed);
    // Two intervals of the script pass in the page: a list that does not wait changes.
    await page.clock.runFor(7_000);
    await page.waitForLoadState('networkidle');
    expect(await page.isChecked(`input[value="${first}"]`)).toBe(true);
    expect(await page.locator(`input[value="${second}"]`).count()).toBe(0);
    await page.uncheck(`input[value="${first}"]`);
    await page.evaluate('document.activeElement.blur()');
    await page.waitForSelector(`input[value="${second}"]`);
  });
});
