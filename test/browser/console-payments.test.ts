/**
 * Actions on payments in the console, on a whole system: an operator refunds a part of a payment,
 * and cancels a pending payment while the gateway is away.
 */
import { expect, test } from '@jest/globals';
import type { Payment } from '../../shared/contracts/payment.js';
import { seedPatient } from '../../prisma/seed-data.js';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { checkBothSchemes } from '../support/page-checks.js';
import { useConsole } from './console-stage.js';

const TEST_MS = 240_000;
const REASON = 'charged for a second exam';
const patientId = seedPatient(3).id;

describeInBrowser('payments in the console', () => {
  const browser = useBrowser();
  const stage = useConsole(browser);

  async function ask(path: string, body?: object, waitSeconds = 20): Promise<Payment> {
    const response = await fetch(stage.system.process('patients_1').url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        'Authorization': `Bearer ${stage.system.tokens.api}`,
        'Content-Type': 'application/json',
        'Prefer': `wait=${waitSeconds}`,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Payment;
  }
  const pay = (amountMinor: number, waitSeconds?: number): Promise<Payment> =>
    ask('/api/payments', { patientId, amountMinor, currency: 'USD' }, waitSeconds);
  const setGateway = (faults: object): Promise<Response> =>
    fetch(`${stage.system.process('gateway').url}/faults`, {
      method: 'POST',
      body: JSON.stringify(faults),
      headers: {
        'Authorization': `Bearer ${stage.system.tokens.internal}`,
        'Content-Type': 'application/json',
      },
    });

  test(
    'a part of a payment is refunded: preview, outcome in the story, two entries of the ledger, bill',
    async () => {
      const payment = await pay(10_000);
      const page = await stage.open({}, `/payments/${payment.id}`);
      await page.click('text=Refund …');
      await page.waitForSelector('#effect:has-text("USD 100.00")');
      await page.fill('#amount', '100.01');
      await page.waitForSelector('#effect:has-text("At most USD 100.00")');
      await page.fill('#amount', '40,00');
      await page.waitForSelector('#effect:has-text("USD 60.00 is left")');
      await checkBothSchemes(page, 'console-refund');
      await page.fill('#reason', REASON);
      await page.click('button.primary');
      await page.waitForURL(`**/payments/${payment.id}`);
      await eventually(
        async () => {
          await page.reload();
          return (await page.textContent('.story'))?.includes('Refund of USD 40.00: succeeded.');
        },
        { what: 'the refund in the story' },
      );
      expect(await page.textContent('.story')).toContain(REASON);
      const ledger = await page.locator('section:has(#ledger) tbody tr').allTextContents();
      expect(ledger).toHaveLength(4);
      expect(ledger.filter((row) => row.includes('received')).join()).toMatch(/100\.00[^]*-40\.00/);
      await checkBothSchemes(page, 'console-refunded');
    },
    TEST_MS,
  );

  test(
    'a pending payment is cancelled while the gateway is away; no money moves',
    async () => {
      await setGateway({ down: true });
      let payment: Payment;
      try {
        payment = await pay(777, 0);
        expect(payment.status).toBe('PENDING');
        const page = await stage.open({}, `/payments/${payment.id}`);
        await page.click('text=Cancel …');
        await checkBothSchemes(page, 'console-cancel');
        await page.fill('#reason', 'the patient pays at another desk');
        await page.click('button.primary');
        await page.waitForURL(`**/payments/${payment.id}`);
        expect(await page.textContent('.story')).toContain('An operator asked to cancel it');
      } finally {
        await setGateway({ down: false });
      }
      const final = await eventually(
        async () => {
          const found = await ask(`/api/payments/${payment.id}`);
          return found.status === 'PENDING' ? null : found;
        },
        { what: 'the end of the cancelled payment' },
      );
      expect([final.status, final.reason]).toEqual(['FAILED', 'CANCELLED']);
    },
    TEST_MS,
  );
});
