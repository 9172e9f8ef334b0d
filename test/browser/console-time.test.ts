/**
 * The console over time, and the reasons of waiting, in a real browser on a whole system: the
 * gateway in the topology, the cause of waiting, charts of longer periods, the page *Look back*.
 */
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { checkBothSchemes, sidewaysScroll } from '../support/page-checks.js';
import { useConsole } from './console-stage.js';

const MINUTE_MS = 60_000;

describeInBrowser('the console over time', () => {
  const browser = useBrowser();
  const stage = useConsole(browser);

  const setGateway = (faults: object): Promise<Response> =>
    fetch(`${stage.system.process('gateway').url}/faults`, {
      method: 'POST',
      headers: {
        'Authorization': `Bearer ${stage.system.tokens.internal}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify(faults),
    });
  const sendBatch = (count: number): Promise<Response> =>
    fetch(`${stage.system.process('patients_1').url}/api/batches`, {
      method: 'POST',
      headers: {
        'Authorization': `Bearer ${stage.system.tokens.api}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({ count, timeoutMs: 0 }),
    });
  const isStored = (): Promise<boolean> =>
    eventually(
      async () => {
        const { moment } = (await (
          await fetch(`${stage.url}/look-back?at=${new Date().toISOString()}`)
        ).json()) as { moment: object | null };
        return moment !== null;
      },
      { what: 'a sample is stored' },
    );
  const chartPeriod = async (page: Page, value: string): Promise<void> => {
    await page.selectOption('[name=minutes]', value);
    await page.waitForSelector('#chart-depth canvas');
  };

  test.each([1_280, 390])(
    'at %i pixels: a gateway that answers 503 is named by the topology and as the cause of waiting',
    async (width) => {
      const page = await stage.open({ width });
      await setGateway({ down: true });
      try {
        expect((await sendBatch(12)).status).toBe(200);
        await page.getByText(/oldest pending payment waits: the gateway answered 503/).waitFor();
        await page.waitForSelector('[data-lane=gateway] .node .state:is(.bad, .warn)');
        expect(await page.textContent('[data-lane=gateway] .node')).toMatch(
          /% of [\d,]+ calls a minute failed.*gateway answered 503/s,
        );
        await checkBothSchemes(page, `console-gateway-${width}`);
      } finally {
        await setGateway({});
      }
      await page.waitForSelector('#waiting-cause', { state: 'hidden' });
    },
  );

  test('the charts show an hour and a day from the record, and a chosen period', async () => {
    await isStored();
    const page = await stage.open({ width: 390 });
    for (const minutes of ['60', '1440']) await chartPeriod(page, minutes);
    await chartPeriod(page, 'range');
    const [from, to] = [-10, 0].map((ago) => new Date(Date.now() + ago * MINUTE_MS));
    const toField = (at: Date | undefined): string => at?.toISOString().slice(0, 19) ?? '';
    await page.fill('#period-from', toField(to));
    await page.fill('#period-to', toField(from));
    await page.click('#period button');
    expect(await page.textContent('#period-problem')).toBe('The end must be after the start.');
    await page.fill('#period-from', toField(from));
    await page.fill('#period-to', toField(to));
    await page.click('#period button');
    await page.waitForFunction("location.search.includes('from=')");
    expect(await page.textContent('#period-problem')).toBe('');
    await page.reload();
    await page.waitForSelector('#chart-depth canvas');
    expect(await page.inputValue('#period-from')).toBe(toField(from));
    await checkBothSchemes(page, 'console-period');
    expect(await sidewaysScroll(page)).toBe(0);
  });

  test('an answer for a period that is not chosen any more is not shown', async () => {
    const page = await stage.open();
    const marks = (): string[] =>
      browser.watch(page).requests.filter((url) => url.includes('/elections?limit=200'));
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let isFirst = true;
    await page.route('**/series/range*', async (route) => {
      const waits = isFirst;
      isFirst = false;
      if (waits) await released;
      await route.continue();
    });
    const asked = page.waitForRequest('**/series/range*');
    await page.selectOption('[name=minutes]', '1440');
    const late = (await asked).response();
    await page.selectOption('[name=minutes]', '60');
    await eventually(() => marks().length === 1, { what: 'the marks of the hour' });
    release();
    await (await late)?.finished();
    // The page would ask for the marks of the day before these.
    const askTwice = `fetch('/livez').then(() => fetch('/livez')).then((answer) => answer.text())`;
    await page.evaluate(askTwice);
    expect(marks()).toHaveLength(1);
  });

  test.each([1_280, 390])(
    'at %i pixels: a click on a chart shows the system as it was then',
    async (width) => {
      await isStored();
      const leader = await stage.settled();
      const page = await stage.open({ width });
      const box = await page.waitForSelector('#chart-rate .u-over');
      const { width: wide = 0 } = (await box.boundingBox()) ?? {};
      await box.click({ position: { x: wide - 2, y: 20 } });
      await page.waitForURL('**/look-back.html?at=*');
      expect(await page.textContent('.name')).toBe(leader);
      expect(await page.textContent('main')).toContain(`${leader}replicaalive`);
      await checkBothSchemes(page, `console-look-back-${width}`);
      await page.click('.moments a:has-text("1 h earlier")');
      await page.getByText('No monitor recorded a sample then').waitFor();
    },
  );
});
