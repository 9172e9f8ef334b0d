/**
 * The instances behind a real HAProxy in the console: the topology, the table with two states, and
 * the buttons. Without a balancer, both are hidden (console.test.ts). The rolling restart of the
 * same system.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startControlServer, type ControlServer } from '../../local/rolling/control-server.js';
import { Restarts } from '../../local/rolling/restarts.js';
import { makeTokens } from '../../local/tokens.js';
import type { Status } from '../../shared/contracts/status.js';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { checkBothSchemes } from '../support/page-checks.js';
import { startTestSystem, type TestSystem } from '../support/system.js';
import { describeWith } from '../support/tools.js';

const WIDTHS = [390, 1280];
const REASON = 'new disk';
/** Longest rolling restart on a busy machine. */
const RESTART_MS = 120_000;

describeWith('balancers', 'the instances in the console', () => {
  describeInBrowser('behind HAProxy', () => {
    const browser = useBrowser();
    let system: TestSystem;
    let url: string;
    let control: ControlServer;
    let restarts: Restarts | null = null;

    beforeAll(async () => {
      const tokens = makeTokens();
      control = await startControlServer(() => restarts, tokens);
      system = await startTestSystem({
        tokens,
        supervisorUrl: control.url,
        balancer: 'haproxy',
        patients: 3,
        replicas: 1,
        gateway: 'simulated',
        supervise: true,
      });
      restarts = new Restarts({ system });
      ({ url } = system.process('monitor_1'));
      await eventually(
        async () => {
          const { patients } = (await (await fetch(`${url}/status`)).json()) as Status;
          return patients.every(({ balancer }) => balancer === 'up');
        },
        { what: 'every instance is up' },
      );
    }, 180_000);

    afterAll(async () => {
      control.close();
      await restarts?.end();
    });

    async function open(width: number): Promise<Page> {
      const page = await browser.page({ width });
      await page.goto(`${url}/session?next=/`);
      await page.fill('#token', system.tokens.operator);
      await page.click('button.primary');
      await page.waitForSelector('#link.live');
      return page;
    }

    /** @returns the text of the banner. */
    async function press(page: Page, state: string, instance: string): Promise<string> {
      await page.click(`button[data-action=${state}][data-instance=${instance}]`);
      await page.fill('#deed-reason', REASON);
      await page.waitForSelector('#deed-do:not([disabled])');
      await page.click('#deed-do');
      await page.waitForSelector('#banner.good, #banner.bad');
      return (await page.textContent('#banner .state')) ?? '';
    }

    test('a press on Drain shows the new state, its reason, and the balancer before the instances', async () => {
      const page = await open(1280);
      expect(await press(page, 'drain', 'patients_2')).toBe(
        'patients_2 is draining; the balancer has changed.',
      );
      const row = 'tr[data-instance=patients_2]';
      await page.waitForSelector(`${row} .state.warn:has-text("drain")`);
      expect(await page.textContent(row)).toContain(REASON);
      await page.waitForSelector('ul[data-lane=balancer]:has-text("new clients to 2 of 3")');
      const top = async (lane: string): Promise<number> =>
        (await page.locator(`.lane-${lane}`).boundingBox())?.y ?? 0;
      expect(await top('balancer')).toBeLessThan(await top('patients'));
      expect(await press(page, 'ready', 'patients_2')).toContain('is ready');
    });

    test('the last instance is refused in the preview', async () => {
      const page = await open(1280);
      for (const id of ['patients_1', 'patients_2'])
        expect(await press(page, 'maint', id)).toContain('is in maintenance');
      await page.waitForSelector('ul[data-lane=balancer]:has-text("new clients to 1 of 3")');
      await page.click('button[data-action=drain][data-instance=patients_3]');
      await page.waitForSelector('#deed-preview:has-text("the only instance")');
      expect(await page.isDisabled('#deed-do')).toBe(true);
      await page.click('#deed-cancel');
    });

    test('Restart one by one shows the steps, needs a reason, and follows the restart of its monitor', async () => {
      const page = await open(1280);
      // Its monitor is restarted too.
      browser.watch(page).expects(/ERR_|Failed to load resource/);
      for (const id of ['patients_1', 'patients_2']) await press(page, 'ready', id);
      const before = system.pids();
      await page.click('#restart-button');
      await page.waitForSelector('#deed-preview li:has-text("1. patients_1: drain, maint")');
      const steps = page.locator('#deed-preview li');
      expect(await steps.count()).toBe(1 + 3 + 1 + 1 + 1);
      // The dialog stays open without a reason.
      await page.click('#deed-do');
      expect(await page.isVisible('#deed')).toBe(true);
      await page.fill('#deed-reason', REASON);
      await page.click('#deed-do');
      await page.waitForSelector('#restart-steps li:has-text("running")');
      expect(await page.isDisabled('#restart-button')).toBe(true);
      await page.waitForSelector('#restart-summary.good:has-text("6 of 6 steps are done")', {
        timeout: RESTART_MS,
      });
      await page.waitForSelector('#link.live');
      await page.waitForSelector('#audit li:has-text("rolling restart system")');
      const kept = Object.keys(before).filter((name) => system.pids()[name] === before[name]);
      expect(kept.sort()).toEqual(['haproxy', 'postgres', 'redis']);
    }, 180_000);

    test.each(WIDTHS)('%d px wide it is accessible in both schemes', async (width) => {
      const page = await open(width);
      await page.waitForSelector('tr[data-instance=patients_3]');
      await checkBothSchemes(page, 'console-instances');
    });
  });
});
