/**
 * Orders for later in the console, on a whole system: a scheduled hand-over is ordered, cancelled
 * and carried out; a state with an end ends.
 */
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { checkBothSchemes } from '../support/page-checks.js';
import { confirmDeed, PATIENCE_MS, useConsole } from './console-stage.js';

const TEST_MS = 240_000;

describeInBrowser('an order for later in the console', () => {
  const browser = useBrowser();
  const stage = useConsole(browser);

  /** A time for an input of kind datetime-local, as the page would read it. */
  const getLocalTime = (page: Page, inMs: number): Promise<string> =>
    page.evaluate<string>(
      `new Date(Date.now() + ${inMs} - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 19)`,
    );
  /** Chooses a time, also one that is refused. */
  const fillTime = async (page: Page, input: string, value: string): Promise<void> => {
    await page.fill(input, value);
    await page.dispatchEvent(input, 'change');
  };

  const press = (page: Page, button: string, check?: () => Promise<void>): Promise<string> =>
    confirmDeed(page, `#schedule:has-text("${button}")`, 'kernel update', check);

  test(
    'the dialog shows the effect and refuses a time in the past; the order counts down; cancel; carried out',
    async () => {
      const page = await stage.open();
      const leader = await stage.settled();
      const next = (await stage.status()).partitions[0]?.candidates[0] ?? '';
      const choose = async (): Promise<void> => {
        await fillTime(page, '#schedule-at', '2020-01-01T00:00:00');
        await page.waitForSelector('#deed-do[disabled]');
        await page.fill('#schedule-at', await getLocalTime(page, 7_200_000));
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

  test(
    'the dialog of a state has an optional end; the row shows the end, and at that time the state ends',
    async () => {
      const page = await stage.open();
      const leader = await stage.settled();
      const id = leader === 'server_1' ? 'server_2' : 'server_1';
      const row = `tr[data-replica=${id}]`;
      const setUntil = (inMs: number): Promise<string> =>
        confirmDeed(page, `${row} button[data-action=maint]`, 'new disk', async () => {
          await page.waitForSelector('#deed-do:not([disabled])');
          await fillTime(page, '#return-at', '2020-01-01T00:00:00');
          await page.waitForSelector('#deed-do[disabled]');
          await fillTime(page, '#return-at', await getLocalTime(page, inMs));
          await page.waitForSelector('#deed-preview:has-text("return it to ready")');
          if (inMs > PATIENCE_MS) await checkBothSchemes(page, 'console-window');
        });
      expect(await setUntil(7_200_000)).toMatch(
        new RegExp(`^${id} is in maintenance until .*\\d\\d:\\d\\d:\\d\\d\\. ${leader} leads`),
      );
      await page.waitForSelector(`${row}:has-text("until"):has-text("new disk")`);
      await checkBothSchemes(page, 'console-in-window');
      await stage.act(page, 'ready', id);
      await page.waitForSelector(`${row}:not(:has-text("until"))`);
      await setUntil(15_000);
      await page.waitForSelector(
        `${row} small:has-text("the maintenance window ended: new disk")`,
        {
          timeout: PATIENCE_MS,
        },
      );
      expect(await stage.settled()).toBe(leader);
    },
    TEST_MS,
  );
});
