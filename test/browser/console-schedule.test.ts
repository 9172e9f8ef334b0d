/** The scheduled hand-over in the console, on a whole system: ordered, cancelled, carried out. */
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { checkBothSchemes } from '../support/page-checks.js';
import { confirmDeed, PATIENCE_MS, useConsole } from './console-stage.js';

const TEST_MS = 240_000;

describeInBrowser('a scheduled hand-over in the console', () => {
  const browser = useBrowser();
  const stage = useConsole(browser);

  const press = (page: Page, button: string, check?: () => Promise<void>): Promise<string> =>
    confirmDeed(page, `#schedule:has-text("${button}")`, 'kernel update', check);

  test(
    'the dialog shows the effect and refuses a time in the past; the order counts down; cancel; carried out',
    async () => {
      const page = await stage.open();
      const leader = await stage.settled();
      const next = (await stage.status()).partitions[0]?.candidates[0] ?? '';
      const choose = async (): Promise<void> => {
        await page.fill('#schedule-at', '2020-01-01T00:00:00');
        await page.dispatchEvent('#schedule-at', 'change');
        await page.waitForSelector('#deed-do[disabled]');
        const inTwoHours = await page.evaluate<string>(
          'new Date(Date.now() + 7_200_000 - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 19)',
        );
        await page.fill('#schedule-at', inTwoHours);
        await page.selectOption('#schedule-to', next);
        await page.waitForSelector(`#deed-preview:has-text("then ${next} leads")`);
        await checkBothSchemes(page, 'console-schedule');
      };
      expect(await press(page, 'Schedule a hand-over', choose)).toMatch(
        /^The hand-over is scheduled for .+\.$/,
      );
      await page.waitForSelector(
        `#scheduled:has-text("A hand-over to ${next} is scheduled for"):has-text("kernel update")`,
      );
      await checkBothSchemes(page, 'console-scheduled');
      expect(await press(page, 'Cancel the scheduled hand-over')).toBe(
        'The scheduled hand-over is cancelled.',
      );
      await page.waitForSelector('#scheduled', { state: 'hidden' });
      const answered = await fetch(`${stage.url}/scheduled-handovers`, {
        method: 'POST',
        headers: {
          'Authorization': `Bearer ${stage.system.tokens.operator}`,
          'Content-Type': 'application/json',
        },
        body: JSON.stringify({ at: new Date(Date.now() + 8_000).toISOString(), reason: 'soon' }),
      });
      expect(answered.status).toBe(201);
      await page.waitForSelector('#scheduled:has-text("is done")', { timeout: PATIENCE_MS });
      expect(await stage.settled()).not.toBe(leader);
    },
    TEST_MS,
  );
});
