/**
 * The staff's pages in a real browser on a whole system: bill, pay, pass, validate; a payment whose
 * leader is killed; a locked patient; Spanish; a phone; without scripts. Every error of a page
 * fails its test (test/support/browser.ts).
 */
import { beforeAll, expect, test } from '@jest/globals';
import { payComesFirst } from './pay-comes-first.js';
import { decode } from './qr.js';
import type { Page } from 'playwright-core';
import type { Status } from '../../shared/contracts/status.js';
import { maskName } from '../../patients/core/pass.js';
import { seedPatient, type SeedPatient } from '../../prisma/seed-data.js';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { PATIENT } from '../process/patience.js';
import { eventually } from '../support/eventually.js';
import { checkBothSchemes, inBothSchemes } from '../support/page-checks.js';
import { startTestSystem, type TestSystem } from '../support/system.js';

/**
 * Duration of a charge that a test observes in flight: long enough for a busy machine, below
 * GATEWAY_TIMEOUT_MS.
 */
const SLOW_MS = 15_000;
/** The same for a charge that the test interrupts, so that it costs no time. */
const ENDLESS_MS = 50_000;
describeInBrowser("the staff's pages", () => {
  const browser = useBrowser();
  let system: TestSystem;
  let url: string;
  let last = 20;
  const nextPatient = (): SeedPatient => seedPatient((last += 1));

  beforeAll(async () => {
    system = await startTestSystem({
      patients: 2,
      env: { ...PATIENT, GATEWAY_TIMEOUT_MS: '60000', STALL_MS: '120000' },
    });
    url = system.process('patients_1').url;
    await eventually(async () => leaderNow(), { what: 'a leader' });
  }, 180_000);

  async function leaderNow(): Promise<string | null> {
    const { partitions } = (await (
      await fetch(`${system.process('monitor_1').url}/status`)
    ).json()) as Status;
    return partitions[0]?.leader ?? null;
  }

  const gatewayIs = (faults: object): Promise<Response> =>
    fetch(`${system.process('gateway').url}/faults`, {
      method: 'POST',
      body: JSON.stringify(faults),
      headers: {
        'Authorization': `Bearer ${system.tokens.internal}`,
        'Content-Type': 'application/json',
      },
    });

  async function signIn(page: Page): Promise<void> {
    await page.goto(`${url}/bill`);
    await page.fill('[name=token]', system.tokens.api);
    await page.click('main button');
    await page.waitForURL('**/bill/identify');
  }

  async function identify(
    page: Page,
    { document, fullName, birthDate, authorizationCode }: SeedPatient,
  ): Promise<void> {
    for (const [name, value] of Object.entries({
      document,
      name: fullName,
      birthDate,
      authorizationCode,
    }))
      await page.fill(`[name=${name}]`, value);
    await follow(page, 'main form button');
  }

  /** Clicks a link to another page, which may be similar to this one, and waits for the page. */
  async function follow(page: Page, selector: string): Promise<void> {
    await Promise.all([page.waitForEvent('load'), page.click(selector)]);
  }

  /** Checks each page when the test reaches it. */
  async function looksGood(page: Page, name: string): Promise<void> {
    await checkBothSchemes(page, `staff-${name}`);
    expect(await page.textContent('footer')).toMatch(/patients_[12]/);
  }

  /** The text of the page's code, which is readable in both colour schemes. */
  async function readCode(page: Page): Promise<string> {
    const texts: string[] = [];
    await inBothSchemes(page, async () => texts.push(await decode(page, '.qr')));
    expect(texts[0]).toBe(texts[1]);
    return texts[0] ?? '';
  }

  test.each([1_280, 390])(
    'at %i pixels, light and dark: bill, pay, pass, validate',
    async (width) => {
      const page = await browser.page({ width });
      const patient = nextPatient();
      await page.goto(url);
      await looksGood(page, 'landing');
      await follow(page, '.action .button');
      await looksGood(page, 'sign-in');
      await signIn(page);
      await looksGood(page, 'identify');
      await identify(page, { ...patient, fullName: patient.fullName.toUpperCase() });
      await page.waitForURL('**/bill');
      await looksGood(page, 'bill');
      if (width < 500) await payComesFirst(page);
      await page.check('[value=part]');
      await page.fill('[name=amount]', '150,00');
      await page.click('.pay button');
      await page.waitForSelector('.pass');
      expect(await page.textContent('.amount')).toBe('$150.00');
      await looksGood(page, 'receipt');
      const address = await readCode(page);
      expect(address).toBe(
        `${url}${new URL((await page.getAttribute('.pass a', 'href')) ?? '', url).pathname}`,
      );
      const stranger = await browser.page({ width });
      await stranger.goto(address);
      expect(await stranger.textContent('h1')).toMatch(/Valid/);
      expect(await stranger.textContent('main')).toContain(maskName(patient.fullName));
      expect(await stranger.textContent('main')).not.toContain(patient.document);
      await looksGood(stranger, 'pass');
      expect(await readCode(stranger)).toBe(address);
      await stranger.goto(`${url}/passes/${patient.id}`);
      expect(await stranger.textContent('h1')).toMatch(/Unknown/);
      await looksGood(stranger, 'unknown-pass');
    },
  );

  test('the leader is killed during a charge: the page names the next leader, and the payment succeeds once', async () => {
    const page = await browser.page();
    const patient = nextPatient();
    await signIn(page);
    await identify(page, patient);
    await page.waitForURL('**/bill');
    const leader = (await leaderNow()) ?? '';
    await gatewayIs({ slowMs: ENDLESS_MS });
    try {
      await page.click('.pay button');
      await page.waitForSelector('#progress .step-now');
      await page.getByText(`In charge: ${leader}`).waitFor();
      expect(await page.textContent('main .facts')).toContain(patient.fullName);
      expect(await page.textContent('main [data-seconds]')).toMatch(/^\d+:\d\d$/);
      expect(await page.getAttribute('main .actions a', 'href')).toBe('/bill');
      await looksGood(page, 'progress');
      await gatewayIs({ slowMs: SLOW_MS }); // The delay for the next leader.
      expect(system.process(leader).kill('SIGKILL')).toBe(true);
      await page.getByText(`took over from ${leader}`).waitFor();
      await looksGood(page, 'progress-new-leader');
      await page.waitForSelector('.pass', { timeout: 60_000 });
    } finally {
      await gatewayIs({ slowMs: 0 });
    }
    await looksGood(page, 'receipt-new-leader');
    expect(await page.textContent('.receipt')).toMatch(new RegExp(`took over from ${leader}`));
    expect(await page.textContent('.facts')).not.toMatch(/server_\d|term \d/);
    const { bill, payments } = await billOf(patient);
    expect(payments[0]?.processedBy).not.toBe(leader);
    expect([payments.length, bill.paidMinor, bill.dueMinor]).toEqual([1, bill.totalMinor, 0]);
    await system.process(leader).start();
  });

  async function ask<T>(path: string): Promise<T> {
    return (
      await fetch(url + path, { headers: { Authorization: `Bearer ${system.tokens.api}` } })
    ).json() as Promise<T>;
  }

  async function billOf({ id }: SeedPatient) {
    const bill = await ask<{ totalMinor: number; paidMinor: number; dueMinor: number }>(
      `/api/patients/${id}/bill`,
    );
    return {
      bill,
      ...(await ask<{ payments: { processedBy: string | null }[] }>(
        `/api/payments?patientId=${id}`,
      )),
    };
  }

  test('a bill served by one instance is paid through another one', async () => {
    const page = await browser.page();
    await signIn(page);
    await identify(page, nextPatient());
    await page.waitForURL('**/bill');
    const elsewhere = page.url().replace(url, system.process('patients_2').url);
    const cookies = (await page.context().cookies()).map(({ name, value }) => ({
      name,
      value,
      url: elsewhere,
    }));
    await page.context().addCookies(cookies);
    await page.goto(elsewhere);
    expect(await page.textContent('footer')).toContain('patients_2');
    await page.click('.pay button');
    await page.waitForSelector('.pass');
    expect(await page.textContent('.facts')).toContain('by patients_2');
  });

  test('wrong codes lock the patient, and the page shows the end of the lock', async () => {
    const page = await browser.page();
    const patient = nextPatient();
    await signIn(page);
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      await identify(page, { ...patient, authorizationCode: `AUT-00000${attempt}-0000` });
      await page.getByRole('alert').waitFor();
      expect(await page.inputValue('[name=document]')).toBe(patient.document);
      expect(await page.inputValue('[name=authorizationCode]')).toBe('');
    }
    await looksGood(page, 'identify-wrong');
    await identify(page, { ...patient, authorizationCode: 'AUT-000005-0000' });
    await page.getByText('Too many wrong attempts').first().waitFor();
    const until = Date.parse((await page.getAttribute('main time', 'datetime')) ?? '');
    expect(until - Date.now()).toBeGreaterThan(14 * 60_000);
    await looksGood(page, 'locked');
    await page.goto(`${url}/bill/identify`);
    await identify(page, patient);
    await page.getByText('Too many wrong attempts').first().waitFor();
  });

  test('in Spanish for a Spanish browser, and in English after a click on the link', async () => {
    const page = await browser.page({ lang: 'es-CO', width: 390 });
    await signIn(page);
    await identify(page, nextPatient());
    await page.waitForURL('**/bill');
    expect(await page.getAttribute('html', 'lang')).toBe('es');
    expect(await page.textContent('h1')).toBe('Factura consolidada');
    await looksGood(page, 'bill-spanish');
    await page.click('.pay button');
    await page.waitForSelector('.pass');
    expect(await page.textContent('main')).toContain('El pago terminó bien.');
    await looksGood(page, 'receipt-spanish');
    await follow(page, 'a[hreflang=en]');
    expect(await page.textContent('main')).toContain('The payment succeeded.');
    await page.goto(`${url}/bill`);
    expect(await page.textContent('h1')).toBe('Consolidated bill');
  });

  test('without scripts: the same steps, with a progress page that reloads itself', async () => {
    const page = await browser.page({ javaScript: false });
    await signIn(page);
    await identify(page, nextPatient());
    await page.waitForURL('**/bill');
    await gatewayIs({ slowMs: SLOW_MS });
    try {
      await page.click('.pay button');
      await page.getByText('This page renews itself').waitFor();
      await page.waitForSelector('.pass', { timeout: 60_000 });
    } finally {
      await gatewayIs({ slowMs: 0 });
    }
    expect(await decode(page, '.qr')).toMatch(/\/passes\/[0-9a-f-]{36}$/);
  });

  test('a declined payment is shown with an offer to pay again; a double click pays once', async () => {
    const page = await browser.page();
    const patient = nextPatient();
    await signIn(page);
    await identify(page, patient);
    await page.waitForURL('**/bill');
    await gatewayIs({ declineAll: true });
    try {
      await page.dblclick('.pay button');
      await page.getByText('The payment was declined').waitFor();
    } finally {
      await gatewayIs({ declineAll: false });
    }
    await looksGood(page, 'declined');
    await page.getByText('Pay again').click();
    await page.waitForURL('**/bill');
    await page.click('.pay button');
    await page.waitForSelector('.pass');
    expect((await billOf(patient)).payments.length).toBe(2);
    await page.goto(`${url}/bill`);
    await page.getByText('The bill is settled').waitFor();
    await looksGood(page, 'settled');
  });

  test('with the keyboard only, with a visible focus', async () => {
    const page = await browser.page();
    await page.goto(url);
    await page.keyboard.press('Tab');
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe(
      'Skip to the content',
    );
    for (let presses = 0; presses < 10; presses += 1) {
      await page.keyboard.press('Tab');
      expect(
        await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle'),
      ).not.toBe('none');
    }
  });
});
