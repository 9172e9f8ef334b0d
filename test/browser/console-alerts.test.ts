/**
 * The alerts in the console, on a whole system: every page shows trouble in its banner, its title
 * and its icon, and shows when it has ended; an operator acknowledges an alert.
 */
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { checkBothSchemes } from '../support/page-checks.js';
import { PATIENCE_MS, useConsole } from './console-stage.js';

const TEST_MS = 240_000;
const RED = 'b3261e';
/** Marks the body when the page has parsed an answer; the adoption follows in the same task. */
const NOTE_PARSED = `{
  const { parseFromString } = DOMParser.prototype;
  DOMParser.prototype.parseFromString = function (...given) {
    document.body.dataset.parsed = 'yes';
    return parseFromString.apply(this, given);
  };
}`;
/** Notes the text of each live region that changes, which a screen reader would announce. */
const NOTE_ANNOUNCEMENTS = `{
  globalThis.announced = [];
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const element = target instanceof Element ? target : target.parentElement;
      const region = element?.closest('[role=status], [role=alert], [role=log], [aria-live]');
      if (region) announced.push(region.textContent);
    }
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
}`;
const getAnnounced = (page: Page): Promise<string[]> => page.evaluate('[...new Set(announced)]');

/** An open alert as a monitor answers. */
const makeAlert = (id: string, text: string): object => ({
  ...{ id, text, rule: 'RelevoBacklogGrows', severity: 'warning', subject: '', action: 'Wait.' },
  ...{ monitor: 'monitor_1', firedAt: new Date().toISOString(), clearedAt: null },
  ...{ acknowledgedAt: null, acknowledgedReason: null },
});

describeInBrowser('alerts in the console', () => {
  const browser = useBrowser();
  const stage = useConsole(browser);

  const waitForTitle = (page: Page, title: RegExp): Promise<boolean> => {
    const look = async (): Promise<boolean> => {
      const seen = await page.title();
      if (!title.test(seen)) throw new Error(`the title is "${seen}"`);
      return true;
    };
    return eventually(look, { what: `the title ${title.source}` });
  };
  const getIcon = (page: Page): Promise<string> =>
    page.evaluate(`document.querySelector('link[rel="icon"]').href`);

  type Replica = (typeof stage.system.replicas)[number];
  /** Kills replicas that do not start again by themselves. */
  async function stopReplicas(replicas: readonly Replica[]): Promise<void> {
    for (const replica of replicas) {
      replica.supervised = false;
      replica.kill('SIGKILL');
    }
    await Promise.all(replicas.map((replica) => replica.exited));
  }
  async function startReplicas(replicas: readonly Replica[]): Promise<void> {
    await Promise.all(replicas.map((replica) => replica.start()));
    for (const replica of replicas) replica.supervised = true;
  }
  /** Stops a standby, because four elections in ten minutes are an alert of their own. */
  async function stopOneReplica(): Promise<Replica> {
    const leader = await stage.settled();
    const victim = stage.system.replicas.find(({ name }) => name !== leader);
    if (!victim) throw new Error('no standby');
    await stopReplicas([victim]);
    return victim;
  }

  test(
    'all replicas are dead: banner, title and icon of every page show it, and clear by themselves',
    async () => {
      const overview = await stage.open();
      const payments = await stage.open({}, '/payments');
      await waitForTitle(overview, /^server_\d leads · Relevo$/);
      expect(await getIcon(overview)).not.toContain(RED);
      const victim = await stopOneReplica();
      await overview.waitForSelector(`#health:has-text("${victim.name} does not answer")`);
      await overview.focus('#health a');
      await stopReplicas(stage.system.replicas.filter((each) => each !== victim));
      for (const page of [overview, payments]) {
        await page.waitForSelector('#health.bad:has-text("No replica leads")');
        await waitForTitle(page, /^▲ No replica leads.* \(\+\d\) · .*Relevo$/);
        expect(await getIcon(page)).toContain(RED);
      }
      // The link keeps the focus while the text beside it changes.
      expect(await overview.evaluate(`document.activeElement.matches('#health a')`)).toBe(true);
      // No row of a dead replica claims to lead.
      await overview.waitForSelector('#replicas .state.leads', { state: 'hidden' });
      await startReplicas(stage.system.replicas);
      for (const page of [overview, payments]) {
        await page.waitForSelector('#health', { state: 'hidden', timeout: PATIENCE_MS });
        expect(await getIcon(page)).not.toContain(RED);
      }
      await stage.settled();
      await waitForTitle(overview, /^server_\d leads · Relevo$/);
    },
    TEST_MS,
  );

  test('a count in an alert that changes is shown and not announced; a change of the alerts is', async () => {
    const page = await stage.open({}, '/payments');
    let polls = 0;
    let others: object[] = [];
    await page.route('**/alerts/open', (route) => {
      polls += 1;
      const backlog = makeAlert('backlog', `The backlog grows; pending payments: ${polls}`);
      const open = polls > 100 ? [] : [backlog, ...others];
      return route.fulfill({ json: { at: new Date().toISOString(), isRecorded: true, open } });
    });
    await page.waitForSelector('#health-announcer:has-text("The backlog grows")');
    await page.evaluate(NOTE_ANNOUNCEMENTS);
    const shown = polls + 3;
    await page.waitForSelector(`#health:has-text("pending payments: ${shown}")`);
    expect(await getAnnounced(page)).toEqual([]);
    others = [makeAlert('disk', 'The disk has less than 1000 MB free')];
    await page.waitForSelector('#health-announcer:has-text("The disk has less than 1000 MB free")');
    polls = 100;
    await page.waitForSelector('#health-announcer:has-text("No alert is open")');
    expect(await getAnnounced(page)).toEqual([
      expect.stringMatching(/^The backlog grows.*\. The disk has less than 1000 MB free$/),
      'No alert is open',
    ]);
  });

  test(
    'a reason that is typed while the list refreshes stays',
    async () => {
      const victim = await stopOneReplica();
      const page = await stage.open({}, '/alerts.html');
      const reason = page.locator(
        `#found tr:has-text("${victim.name} does not answer") input[name=reason]`,
      );
      await reason.first().waitFor({ timeout: PATIENCE_MS });
      // The answer of the refresh arrives after the reason is typed and the focus has moved on.
      await page.route('**/alerts.html', async (route) => {
        const response = await route.fetch();
        await reason.first().fill('a new disk arrives at noon');
        await page.locator('h1').click();
        await route.fulfill({ response });
      });
      await page.evaluate(NOTE_PARSED);
      await page.evaluate(`dispatchEvent(new Event('relevo:alerts'))`);
      await page.waitForSelector('body[data-parsed=yes]');
      expect(await reason.first().inputValue()).toBe('a new disk arrives at noon');
      // An empty field does not stop the refresh.
      await page.unroute('**/alerts.html');
      await reason.first().fill('');
      await page.locator('h1').click();
      await startReplicas([victim]);
      await reason.first().waitFor({ state: 'detached', timeout: PATIENCE_MS });
      await stage.settled();
    },
    TEST_MS,
  );

  test(
    'an operator acknowledges an alert with a reason; it leaves the title, and the history keeps it',
    async () => {
      const victim = await stopOneReplica();
      const page = await stage.open({}, '/alerts.html');
      const row = page.locator(`#found tr:has-text("${victim.name} does not answer")`).first();
      await row.waitFor({ timeout: PATIENCE_MS });
      await checkBothSchemes(page, 'alerts');
      await waitForTitle(page, /^▲/);
      await row.locator('input[name=reason]').fill('a new disk arrives <b>at noon</b>');
      await row.locator('button').click();
      await page.waitForSelector('#found:has-text("a new disk arrives <b>at noon</b>")');
      await waitForTitle(page, new RegExp(`^(?!.*${victim.name})`));
      await page.waitForSelector('#health:has-text("acknowledged")');
      await startReplicas([victim]);
      await page.waitForSelector(
        `section[aria-labelledby=past-title]:has-text("${victim.name} does not answer")`,
        { timeout: PATIENCE_MS },
      );
      await stage.settled();
    },
    TEST_MS,
  );
});
