/**
 * The switch of the acceptance in the console, on a whole system: an operator stops and resumes new
 * payments.
 */
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { seedPatient } from '../../prisma/seed-data.js';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { checkBothSchemes } from '../support/page-checks.js';
import { confirmDeed, PATIENCE_MS, useConsole } from './console-stage.js';

const TEST_MS = 240_000;
const patientId = seedPatient(3).id;

describeInBrowser('new payments in the console', () => {
  const browser = useBrowser();
  const stage = useConsole(browser);

  const pay = (): Promise<Response> =>
    fetch(`${stage.system.process('patients_1').url}/api/payments`, {
      method: 'POST',
      headers: {
        'Authorization': `Bearer ${stage.system.tokens.api}`,
        'Content-Type': 'application/json',
        'Prefer': 'wait=20',
      },
      body: JSON.stringify({ patientId, amountMinor: 10_000, currency: 'USD' }),
    });

  /** Presses the button of the switch, and confirms in the dialog. @returns the banner. */
  const turn = (page: Page, button: string): Promise<string> =>
    confirmDeed(page, `#accepting:has-text("${button}")`, 'bank maintenance', async () => {
      await page.waitForSelector('#deed-do:not([disabled])');
      await checkBothSchemes(page, `console-${button.split(' ')[0]?.toLowerCase() ?? ''}-payments`);
    });

  test(
    'stop payments: the dialog shows the effect, payments are refused with the reason, an alert reminds; resume',
    async () => {
      const page = await stage.open();
      expect(await turn(page, 'Stop payments')).toBe('New payments are stopped: bank maintenance');
      await page.waitForSelector('#acceptance.bad:has-text("bank maintenance")');
      await page.waitForSelector('#health:has-text("New payments are stopped")');
      const refused = await eventually(
        async () => {
          const answered = await pay();
          return answered.status === 503 ? answered : null;
        },
        { what: 'a refused payment' },
      );
      expect(await refused.json()).toMatchObject({ code: 'NOT_ACCEPTING' });
      await checkBothSchemes(page, 'console-stopped');
      expect(await turn(page, 'Accept payments again')).toBe('New payments are accepted again.');
      await page.waitForSelector('#acceptance.good');
      await eventually(async () => (await pay()).status === 201, { what: 'an accepted payment' });
      await page.waitForSelector('#health', { state: 'hidden', timeout: PATIENCE_MS });
    },
    TEST_MS,
  );
});
