/**
 * The page of the measurements and the nodes of ZooKeeper and of the devices in the console, for a
 * real system with `--measurements`: both widths, both colour schemes.
 */
import { beforeAll, expect, test } from '@jest/globals';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { checkBothSchemes } from '../support/page-checks.js';
import { startTestSystem, type TestSystem } from '../support/system.js';
import { describeWith } from '../support/tools.js';

const START_MS = 240_000;
const ROUND_MS = 120_000;

describeWith('zookeeper', 'measurements', () => {
  describeInBrowser('in a browser', () => {
    const browser = useBrowser();
    let system: TestSystem;

    beforeAll(async () => {
      system = await startTestSystem({ measurements: true, replicas: 2, gateway: 'simulated' });
    }, START_MS);

    test.each([1_280, 390])(
      'the page shows the rounds as a chart and as a table, at %d px',
      async (width) => {
        const page = await browser.page({ width });
        await page.goto(system.measurements?.url ?? '');
        await page.waitForSelector('h1:has-text("Latency of a payment")');
        await page.waitForSelector('tbody tr:has-text("ms")', { timeout: ROUND_MS });
        await checkBothSchemes(page, 'measurements');
      },
      START_MS,
    );

    test.each([1_280, 390])(
      'the console shows the members with their roles and the leading device, at %d px',
      async (width) => {
        const page = await browser.page({ width });
        await page.goto(system.process('monitor_1').url);
        const options = { timeout: ROUND_MS };
        const nodes = 'ul[data-lane=rounds] li';
        await page.waitForSelector(`${nodes}:has-text("zookeeper"):has-text("leader")`, options);
        await page.waitForSelector(`${nodes}:has-text("device"):has-text("leads")`, options);
        expect(await page.locator(nodes).count()).toBe(5);
        await checkBothSchemes(page, 'console-measurements');
      },
      START_MS,
    );
  });
});
