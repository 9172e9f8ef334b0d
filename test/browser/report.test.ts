/**
 * A report in a browser: opens from the disk without a network and without errors, in both colour
 * schemes, on a phone without sideways scrolling; a click on a mark opens its story. Needs a
 * Chromium; without one, the tests are skipped with a message.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { reportPage } from '../../experiments/report/page/page.js';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { checkBothSchemes, sidewaysScroll } from '../support/page-checks.js';
import { madeUpJournal } from '../support/run-record.js';

describeInBrowser('a report in a browser', () => {
  const browser = useBrowser();
  let folder: string;
  let url: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-page-'));
    const file = join(folder, 'report.html');
    const text = '<b onclick="fail()">"&\'';
    writeFileSync(
      file,
      reportPage(
        madeUpJournal({ requests: 4_000, lost: 4, text }, { system: 'published', lost: 9 }),
      ),
    );
    url = pathToFileURL(file).href;
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('requests only its own file', async () => {
    const page = await browser.page();
    await page.goto(url);
    expect(browser.watch(page).requests.filter((address) => !address.startsWith('data:'))).toEqual([
      url,
    ]);
    expect(await page.locator('svg.chart').count()).toBeGreaterThan(5);
    expect(await page.locator('[onclick]').count()).toBe(0);
  });

  test('at 390 pixels the page does not scroll sideways, and no cell is squeezed', async () => {
    const page = await browser.page({ width: 390 });
    await page.goto(url);
    expect(await sidewaysScroll(page)).toBe(0);
    const tallest = (within: string): Promise<number> =>
      page.evaluate(
        `Math.max(...[...document.querySelectorAll('.blocks ${within}')].map((each) => each.offsetHeight))`,
      );
    // One word per line makes a cell of ten lines.
    expect(await tallest('td')).toBeLessThan(100);
    expect(await tallest('caption')).toBeLessThan(50);
  });

  test('at 1280 pixels, light and dark: no sideways scrolling, no serious finding of axe', async () => {
    const page = await browser.page();
    await page.goto(url);
    await checkBothSchemes(page, 'report');
  });

  test('a mark in the chart opens the story of its request and moves the focus to it', async () => {
    const page = await browser.page();
    await page.goto(url);
    await page.locator('svg.chart a').first().dispatchEvent('click');
    const story = page.locator('details.story[open] > :focus');
    await story.waitFor();
    expect(await story.textContent()).toMatch(/no answer\s+request-\d+/);
  });
});
