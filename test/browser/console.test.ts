/**
 * The operator's console in a real browser on a whole system: sign in, see a failover after a kill
 * without a reload, drain, hand over, freeze; the stale banner; the topology; keyboard only;
 * hostile reasons. Every error of a page fails its test.
 */
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { HOSTILE, PATIENCE_MS, useConsole } from './console-stage.js';

/** Time from an election until the page shows its leader, in ms. */
const SHOWN_WITHIN_MS = 300;

describeInBrowser('the console', () => {
  const browser = useBrowser();
  const stage = useConsole(browser);
  const { status, elections, settled, open, act } = stage;

  /** Records the times at which the name of the leader changes, by this machine's clock. */
  const watchLeader = (page: Page): Promise<unknown> =>
    page.evaluate(`
    globalThis.shownAt = {};
    new MutationObserver(() => {
      const key = document.getElementById('term').textContent + ' ' + document.getElementById('leader').textContent;
      globalThis.shownAt[key] ??= Date.now();
    }).observe(document.querySelector('.leader'), { subtree: true, childList: true, characterData: true });`);

  /** Time from the election until the page showed it, in ms. */
  async function shownAfter(page: Page, term: number): Promise<number> {
    const { leader, electedAt } = await eventually(
      async () => (await elections()).find((each) => each.term === term),
      { what: `term ${term}` },
    );
    const shownAt = await eventually(
      () => page.evaluate<number | undefined>(`globalThis.shownAt['${term} ${leader}']`),
      {
        what: `${leader} in the page`,
      },
    );
    return shownAt - Date.parse(electedAt);
  }

  test('a kill, a drain and a hand-over appear without a reload, most of them within 300 ms, with their exact outcome', async () => {
    const page = await open();
    await watchLeader(page);
    const killed = await settled();
    const [before] = await elections();
    const took: number[] = [];
    stage.system.process(killed).kill('SIGKILL');
    took.push(await shownAfter(page, (before?.term ?? 0) + 1));
    // The announcement and the name of the leader arrive as two events.
    await page.waitForSelector('#announcer:has-text("was elected in term")', { state: 'attached' });
    await settled();

    const drained = await settled();
    expect(await act(page, 'drain', drained)).toMatch(
      new RegExp(`^${drained} is draining\\. server_\\d leads in term \\d+, after ${drained}`),
    );
    took.push(await shownAfter(page, (await status()).partitions[0]?.term ?? 0));
    await page.waitForSelector(`tr[data-replica=${drained}] .state.warn:has-text("drain")`);
    expect(await act(page, 'ready', drained)).toMatch(/is ready/);

    const leader = await settled();
    expect(await act(page, 'handover', null)).toMatch(
      new RegExp(`leads in term \\d+, after ${leader}`),
    );
    took.push(await shownAfter(page, (await status()).partitions[0]?.term ?? 0));
    await page.waitForSelector('#audit:has-text("operator: Ana <b>: a browser test")');
    expect(took.sort((a, b) => a - b)[1]).toBeLessThanOrEqual(SHOWN_WITHIN_MS);
    await page.waitForSelector(`#elections li:has-text("planned")`);
  });

  test('kill and freeze show the next leader; the preview shows it before', async () => {
    const page = await open();
    // Without a supervisor there is no rolling restart.
    expect(await page.locator('#restart').count()).toBe(0);
    for (const action of ['kill', 'freeze'] as const) {
      const leader = await settled();
      await page.click(`button[data-action=${action}][data-replica=${leader}]`);
      if (action === 'freeze') await page.selectOption('#freeze-ms', '5000');
      await page.waitForSelector('#deed-preview:has-text("leads next")');
      await page.click('#deed-cancel');
      const words = await act(page, action, leader);
      expect(words).toMatch(
        new RegExp(
          `^${leader} was ${action === 'kill' ? 'killed' : 'frozen for 5 s'}; server_\\d leads in term \\d+`,
        ),
      );
    }
    await settled();
  });

  test('a drain without a possible next leader is refused in the preview', async () => {
    const page = await open();
    const leader = await settled();
    const others = (await status()).replicas.map(({ id }) => id).filter((id) => id !== leader);
    for (const id of others) await act(page, 'maint', id);
    await page.click(`button[data-action=drain][data-replica=${leader}]`);
    await page.waitForSelector('#deed-preview:has-text("This is refused")');
    expect(await page.isDisabled('#deed-do')).toBe(true);
    await page.keyboard.press('Escape');
    for (const id of others) await act(page, 'ready', id);
    await settled();
  });

  test('a hostile reason appears as text on every page', async () => {
    const page = await open();
    const leader = await settled();
    const standby = leader === 'server_1' ? 'server_2' : 'server_1';
    await act(page, 'drain', standby, HOSTILE);
    await page.waitForSelector(`tr[data-replica=${standby}] small:has-text("onerror")`);
    await act(page, 'ready', standby, HOSTILE);
    await act(page, 'handover', null, HOSTILE);
    await page.waitForSelector('#elections .why:has-text("onerror")');
    for (const path of [
      '/elections.html',
      '/audit.html',
      `/audit.html?text=${encodeURIComponent(HOSTILE)}`,
    ]) {
      await page.goto(stage.url + path);
      await eventually(async () => (await page.textContent('main'))?.includes(HOSTILE), {
        what: `the reason on ${path}`,
      });
      expect(await page.evaluate('document.querySelectorAll("main img, main script").length')).toBe(
        0,
      );
    }
    const csv = await (await page.context().request.get(`${stage.url}/audit.csv`)).text();
    expect(csv).toContain('"<img src=x onerror=alert(1)>""\'=1+1');
    await settled();
  });

  test('the stream is lost and returns: stale since, then live again', async () => {
    const page = await open();
    browser.watch(page).expects(/ERR_|Failed to load resource/);
    const monitor = stage.system.process('monitor_1');
    monitor.supervised = false;
    await monitor.stop();
    await page.waitForSelector('#link.stale:has-text("Stale since")');
    await monitor.start();
    await page.waitForSelector('#link.live', { timeout: PATIENCE_MS });
    await settled();
    await page.waitForSelector('#leader:has-text("server_")');
  });

  test('the topology: patients, queue and leader; a missing answer is shown by a word, a shape and an interrupted arrow', async () => {
    const page = await open();
    const leader = await settled();
    await page.waitForSelector(
      `[data-lane=patients] .node:has-text("patients_1") .state.good:has-text("alive")`,
    );
    await page.waitForSelector('.arrows .arrow');
    const words = await page.evaluate<string[]>(
      '[...document.querySelectorAll(".arrows text")].map((word) => word.textContent)',
    );
    expect(words.sort()).toEqual(['accept', 'charge', 'commit', 'enqueue', 'fetch', 'watch']);
    expect(await leaderTouchesItsArrows(page, leader)).toBe(true);
    const [next] = (await status()).partitions[0]?.candidates ?? [];
    await page.click(`button[data-action=handover][data-replica=${next}]`);
    await page.fill('#deed-reason', 'arrows');
    await page.waitForSelector('#deed-do:not([disabled])');
    await page.click('#deed-do');
    await page.waitForSelector(`[data-lane=replicas] .node.leads:has-text("${next}")`);
    await eventually(() => leaderTouchesItsArrows(page, next ?? ''), {
      what: `arrows to and from ${next}`,
    });

    const instance = stage.system.process('patients_1');
    instance.kill('SIGSTOP');
    await page.waitForSelector('[data-lane=patients] .state.warn:has-text("suspect")');
    await page.waitForSelector('.arrows .arrow.stands', { state: 'attached' });
    await eventually(
      async () =>
        /no answer since \d\d:\d\d:\d\d/.test(
          (await page.textContent('[data-lane=patients] .node')) ?? '',
        ),
      { what: 'the time of the last answer' },
    );
    instance.kill('SIGCONT');
    await page.waitForSelector('[data-lane=patients] .state.good');
    await page.waitForSelector('.arrows:not(:has(.stands))', { state: 'attached' });
  });

  /** Whether one arrow ends at the leader's left side and another one starts at its right side. */
  const leaderTouchesItsArrows = (page: Page, leader: string): Promise<boolean> =>
    page.evaluate(`(() => {
    const box = [...document.querySelectorAll('[data-lane=replicas] .node')].find((node) => node.textContent.startsWith('${leader}')).getBoundingClientRect();
    const lines = [...document.querySelectorAll('.arrow path:not(.tip)')].map((line) => line.getBoundingClientRect());
    const touches = (x, y) => lines.some(({ left, right, top, bottom }) =>
      (Math.abs(left - x) < 14 || Math.abs(right - x) < 14) && y > top - 3 && y < bottom + 3);
    const middle = (box.top + box.bottom) / 2;
    return touches(box.left, middle) && touches(box.right, middle);
  })()`);

  test('with the keyboard only: a skip link, a dialog that keeps the focus, and the focus on the outcome', async () => {
    const page = await open();
    await settled();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip');
    await page.focus('#handover');
    await page.keyboard.press('Enter');
    await page.keyboard.type('by keyboard');
    await page.waitForSelector('#deed-do:not([disabled])');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#banner.good');
    expect(await page.evaluate('document.activeElement.id')).toBe('banner');
    await settled();
  });
});
