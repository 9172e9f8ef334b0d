/**
 * The operator's console in a real browser on a whole system: sign in, see a kill hand over without reloading, drain, hand over, freeze;
 * the stale banner; a phone; both schemes; by keyboard; hostile reasons. Whatever a page does wrong fails its test.
 */
import { beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Election, Status } from '../../monitor/http/schemas.js';
import { structureOf } from '../../monitor/status-differences.js';
import { axeProblems, describeInBrowser, screenshot, sidewaysScroll, useBrowser, type PageOptions } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { framesUntil } from '../support/frames.js';
import { startTestSystem, type TestSystem } from '../support/system.js';

/** From an election to its leader in the page. */
const SHOWN_WITHIN_MS = 300;
/** What the stream may bring in a minute. */
const MINUTE_MAX_BYTES = 150_000;
const HOSTILE = '<img src=x onerror=alert(1)>"\'=1+1 {{7*7}} </script><script>alert(2)</script>';
const PATIENCE_MS = 60_000;
const SHAPES: readonly Required<Pick<PageOptions, 'width' | 'scheme'>>[] = [
  { width: 1_280, scheme: 'light' }, { width: 1_280, scheme: 'dark' }, { width: 390, scheme: 'light' }, { width: 390, scheme: 'dark' },
];

describeInBrowser('the console', () => {
  const browser = useBrowser();
  let system: TestSystem;
  let url: string;

  beforeAll(async () => {
    system = await startTestSystem({ env: { BEAT_TIMEOUT_MS: '2000', DOUBT_MS: '60000' }, supervise: true });
    url = system.process('monitor_1').url;
    await settled();
  }, 180_000);

  const status = async (): Promise<Status> => (await fetch(`${url}/status`)).json() as Promise<Status>;
  const elections = async (): Promise<Election[]> =>
    ((await (await fetch(`${url}/elections`)).json()) as { elections: Election[] }).elections;

  /** Somebody leads and all are up. @returns who leads. */
  async function settled(): Promise<string> {
    return eventually(async () => {
      const { replicas, partitions: [partition] } = await status();
      const all = replicas.length === 3 && replicas.every(({ observed, admin }) => observed === 'alive' && admin === 'ready');
      return all && partition?.phase === 'watching' ? partition.leader : null;
    }, { what: 'three replicas that are alive and ready, and a leader', deadlineMs: PATIENCE_MS });
  }

  async function open(options: PageOptions = {}, path = '/'): Promise<Page> {
    const page = await browser.page(options);
    await page.goto(`${url}/session?next=${encodeURIComponent(path)}`);
    await page.fill('#name', 'Ana <b>');
    await page.fill('#token', system.tokens.operator);
    await page.click('button.primary');
    await page.waitForURL(url + path);
    if (path === '/') await page.waitForSelector('#link.live');
    return page;
  }

  /** Presses a button, gives a reason, and waits for what came of it. */
  async function act(page: Page, action: string, replica: string | null, reason = 'a browser test'): Promise<string> {
    await page.click(replica === null ? '#handover' : `button[data-action=${action}][data-replica=${replica}]`);
    await page.fill('#deed-reason', reason);
    await page.waitForSelector('#deed-do:not([disabled])');
    await page.click('#deed-do');
    await page.waitForSelector('#banner.good, #banner.bad');
    return (await page.textContent('#banner .state')) ?? '';
  }

  /** Notes when the name of the leader changes, by this machine's clock. */
  const watchLeader = (page: Page): Promise<unknown> => page.evaluate(`
    globalThis.shownAt = {};
    new MutationObserver(() => {
      const key = document.getElementById('term').textContent + ' ' + document.getElementById('leader').textContent;
      globalThis.shownAt[key] ??= Date.now();
    }).observe(document.querySelector('.leader'), { subtree: true, childList: true, characterData: true });`);

  /** From the election until the page showed it, ms. */
  async function shownAfter(page: Page, term: number): Promise<number> {
    const { leader, electedAt } = await eventually(async () => (await elections()).find((each) => each.term === term), { what: `term ${term}` });
    const shownAt = await eventually(() => page.evaluate<number | undefined>(`globalThis.shownAt['${term} ${leader}']`), {
      what: `${leader} in the page`, deadlineMs: PATIENCE_MS,
    });
    return shownAt - Date.parse(electedAt);
  }

  test('a kill, a drain and a hand-over are seen without reloading, most of them within 300 ms, with their exact outcome', async () => {
    const page = await open();
    await watchLeader(page);
    const killed = await settled();
    const [before] = await elections();
    const took: number[] = [];
    system.process(killed).kill('SIGKILL');
    took.push(await shownAfter(page, (before?.term ?? 0) + 1));
    expect(await page.textContent('#announcer')).toMatch(/was elected in term/);
    await settled();

    const drained = await settled();
    expect(await act(page, 'drain', drained)).toMatch(new RegExp(`^${drained} is drain now\\. server_\\d leads in term \\d+, after ${drained}`));
    took.push(await shownAfter(page, ((await status()).partitions[0]?.term ?? 0)));
    await page.waitForSelector(`tr[data-replica=${drained}] .state.warn:has-text("drain")`);
    expect(await act(page, 'ready', drained)).toMatch(/is ready now/);

    const leader = await settled();
    expect(await act(page, 'handover', null)).toMatch(new RegExp(`leads in term \\d+, after ${leader}`));
    took.push(await shownAfter(page, ((await status()).partitions[0]?.term ?? 0)));
    const audit = await page.textContent('#audit');
    expect(audit).toContain('operator: Ana <b>: a browser test');
    expect(took.sort((a, b) => a - b)[1]).toBeLessThanOrEqual(SHOWN_WITHIN_MS);
    await page.waitForSelector(`#elections li:has-text("planned")`);
  });

  test('kill and freeze tell who followed; the preview says so before', async () => {
    const page = await open();
    for (const action of ['kill', 'freeze'] as const) {
      const leader = await settled();
      await page.click(`button[data-action=${action}][data-replica=${leader}]`);
      if (action === 'freeze') await page.selectOption('#freeze-ms', '5000');
      await page.waitForSelector('#deed-preview:has-text("leads next")');
      await page.click('#deed-cancel');
      const words = await act(page, action, leader);
      expect(words).toMatch(new RegExp(`^${leader} was ${action === 'kill' ? 'killed' : 'frozen for 5 s'}; server_\\d leads in term \\d+, elected after`));
    }
    await settled();
  });

  test('a drain that nobody could follow is refused before it is tried', async () => {
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

  test('a hostile reason is text, wherever it is shown', async () => {
    const page = await open();
    const leader = await settled();
    const standby = leader === 'server_1' ? 'server_2' : 'server_1';
    await act(page, 'drain', standby, HOSTILE);
    await page.waitForSelector(`tr[data-replica=${standby}] small:has-text("onerror")`);
    await act(page, 'ready', standby, HOSTILE);
    await act(page, 'handover', null, HOSTILE);
    await page.waitForSelector('#elections .why:has-text("onerror")');
    for (const path of ['/elections.html', '/audit.html', `/audit.html?text=${encodeURIComponent(HOSTILE)}`]) {
      await page.goto(url + path);
      expect(await page.textContent('main')).toContain(HOSTILE);
      expect(await page.evaluate('document.querySelectorAll("main img, main script").length')).toBe(0);
    }
    const csv = await (await page.context().request.get(`${url}/audit.csv`)).text();
    expect(csv).toContain('"<img src=x onerror=alert(1)>""\'=1+1');
    await settled();
  });

  test('the stream is lost and comes back: stale since, then live again', async () => {
    const page = await open();
    browser.watch(page).expects(/ERR_|Failed to load resource/);
    const monitor = system.process('monitor_1');
    monitor.supervised = false;
    await monitor.stop();
    await page.waitForSelector('#link.stale:has-text("Stale since")');
    await monitor.start();
    await page.waitForSelector('#link.live', { timeout: PATIENCE_MS });
    await settled();
    await page.waitForSelector('#leader:has-text("server_")');
  });

  test.each(SHAPES)('at $width pixels, $scheme: no sideways scrolling, nothing that axe finds serious', async (shape) => {
    const page = await open(shape);
    await page.waitForSelector('#chart-rate canvas');
    await page.waitForSelector('#elections li');
    await page.click('.legend summary');
    await looksGood(page, 'overview', shape);
    await page.click('#handover');
    await page.waitForSelector('#deed-do:not([disabled])');
    await looksGood(page, 'dialog', shape);
    await page.keyboard.press('Escape');
    for (const path of ['/elections.html', '/audit.html', '/session']) {
      await page.goto(url + path);
      await looksGood(page, path.slice(1), shape);
    }
  });

  async function looksGood(page: Page, name: string, { width, scheme }: { width: number; scheme: string }): Promise<void> {
    await screenshot(page, `console-${name}-${width}-${scheme}`);
    expect([name, await axeProblems(page)]).toEqual([name, []]);
    expect([name, await sidewaysScroll(page)]).toEqual([name, 0]);
  }

  test('the topology: patients, the queue, the leader who commits; what does not answer is told by word, shape and an interrupted arrow', async () => {
    const page = await open();
    const leader = await settled();
    await page.waitForSelector(`[data-lane=patients] .node:has-text("patients_1") .state.good:has-text("alive")`);
    await page.waitForSelector('.arrows .arrow');
    const words = await page.evaluate<string[]>('[...document.querySelectorAll(".arrows text")].map((word) => word.textContent)');
    expect(words.sort()).toEqual(['accept', 'commit', 'enqueue', 'fetch', 'watch']);
    expect(await leaderTouchesItsArrows(page, leader)).toBe(true);
    const [next] = (await status()).partitions[0]?.candidates ?? [];
    await page.click(`button[data-action=handover][data-replica=${next}]`);
    await page.fill('#deed-reason', 'arrows');
    await page.waitForSelector('#deed-do:not([disabled])');
    await page.click('#deed-do');
    await page.waitForSelector(`[data-lane=replicas] .node.leads:has-text("${next}")`);
    await eventually(() => leaderTouchesItsArrows(page, next ?? ''), { what: `arrows to and from ${next}`, deadlineMs: PATIENCE_MS });

    const instance = system.process('patients_1');
    instance.kill('SIGSTOP');
    await page.waitForSelector('[data-lane=patients] .state.warn:has-text("suspect")');
    await page.waitForSelector('.arrows .arrow.stands', { state: 'attached' });
    expect(await page.textContent('[data-lane=patients] .node')).toMatch(/no answer since \d\d:\d\d:\d\d/);
    instance.kill('SIGCONT');
    await page.waitForSelector('[data-lane=patients] .state.good');
    await page.waitForSelector('.arrows:not(:has(.stands))', { state: 'attached' });
  });

  /** Whether one arrow ends at the leader's left side and one begins at its right. */
  const leaderTouchesItsArrows = (page: Page, leader: string): Promise<boolean> => page.evaluate(`(() => {
    const box = [...document.querySelectorAll('[data-lane=replicas] .node')].find((node) => node.textContent.startsWith('${leader}')).getBoundingClientRect();
    const lines = [...document.querySelectorAll('.arrow path:not(.tip)')].map((line) => line.getBoundingClientRect());
    const touches = (x, y) => lines.some(({ left, right, top, bottom }) =>
      (Math.abs(left - x) < 14 || Math.abs(right - x) < 14) && y > top - 3 && y < bottom + 3);
    const middle = (box.top + box.bottom) / 2;
    return touches(box.left, middle) && touches(box.right, middle);
  })()`);

  test('on a phone the topology is a list that says in words what flows', async () => {
    const page = await open({ width: 390 });
    await page.waitForSelector('[data-lane=patients] .node');
    expect(await page.isVisible('.arrows')).toBe(false);
    expect(await page.isVisible('.lane-replicas .does:has-text("commits to the database")')).toBe(true);
    expect(await sidewaysScroll(page)).toBe(0);
  });

  test('the elections are live: a new one appears without reloading, the filters hold, and what is typed stays', async () => {
    const [all, killed] = [await open({}, '/elections.html'), await open({}, '/elections.html?kind=kill')];
    const pages = [all, killed];
    for (const page of pages) {
      await page.waitForSelector('#link.live');
      await page.evaluate('globalThis.notReloaded = true');
    }
    await settled();
    await all.fill('[name=text]', 'half a wo');
    const headers = { Authorization: `Bearer ${system.tokens.operator}`, 'Content-Type': 'application/json' };
    const answer = await fetch(`${url}/handover`, { method: 'POST', headers, body: JSON.stringify({ reason: HOSTILE }) });
    const { term, leader } = (await answer.json()) as Election;
    await all.waitForSelector(`tr.fresh[data-term="${term}"]:has-text("onerror")`);
    expect(await all.textContent('#announcer')).toBe(`${leader} was elected in term ${term}.`);
    expect(await all.inputValue('[name=text]')).toBe('half a wo');
    await settled();
    system.process(leader).kill('SIGKILL');
    const next = await eventually(async () => (await elections()).find((each) => each.term > term), { what: 'another election', deadlineMs: PATIENCE_MS });
    await all.waitForSelector(`tr[data-term="${next.term}"]`);
    if (next.kind === 'kill') await killed.waitForSelector(`tr[data-term="${next.term}"]`);
    expect(await killed.evaluate(`document.querySelectorAll('tr[data-term="${term}"]').length`)).toBe(0);
    for (const page of pages) expect(await page.evaluate('[globalThis.notReloaded, document.querySelectorAll("main img").length]')).toEqual([true, 0]);
    await settled();
  });

  test('without signing in one watches; acting, the audit and addresses are not there', async () => {
    const page = await browser.page();
    await page.goto(url);
    await page.waitForSelector('#replicas tr');
    expect(await page.evaluate('document.querySelectorAll("[data-action], #handover, #deed, #audit").length')).toBe(0);
    expect(await axeProblems(page)).toEqual([]);
    await page.click('nav a:has-text("Audit")');
    await page.waitForURL('**/session?next=%2Faudit.html');
  });

  test('filters live in the address, and the files that are saved are what is shown', async () => {
    const leader = await settled();
    const page = await open({}, '/?observed=down&minutes=15');
    await page.waitForSelector('#no-replicas:visible');
    await page.selectOption('[name=observed]', 'alive');
    expect(page.url()).toBe(`${url}/?observed=alive&minutes=15`);
    expect(await page.getAttribute('a[data-narrowed="/replicas.csv"]', 'href')).toBe('/replicas.csv?observed=alive');
    await page.goto(`${url}/elections.html?replica=${leader}&kind=planned`);
    const json = await page.getAttribute('.save a:has-text("JSON")', 'href');
    const shown = await page.evaluate<string[]>('[...document.querySelectorAll("tbody td:first-child")].map((cell) => cell.textContent)');
    const answer = (await (await fetch(url + json)).json()) as { elections: Election[] };
    expect(answer.elections.map(({ term }) => String(term))).toEqual(shown);
    expect(answer.elections.every(({ kind, leader: one, previousLeader }) => kind === 'planned' && [one, previousLeader].includes(leader))).toBe(true);
  });

  test('by keyboard alone: skip link, a dialog that keeps the focus, and the outcome has it at last', async () => {
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

  test('under load the stream stays small: numbers alone, and the status when more than numbers changed', async () => {
    const headers = { Authorization: `Bearer ${system.tokens.api}`, 'Content-Type': 'application/json' };
    const batch = fetch(`${system.process('patients_1').url}/api/batches`, { method: 'POST', headers, body: '{"count":3000,"timeoutMs":30000}' });
    const frames = await framesUntil(`${url}/events`, (all) => all.filter(({ name }) => name === 'sample').length === 8);
    expect((await batch).status).toBe(200);
    const [snapshot, ...statuses] = frames.filter(({ name }) => name === 'status');
    const samples = frames.filter(({ name }) => name === 'sample');
    const sampleBytes = samples.reduce((sum, { bytes }) => sum + bytes, 0) / samples.length;
    // One a second.
    expect((snapshot?.bytes ?? Infinity) + 60 * sampleBytes).toBeLessThan(MINUTE_MAX_BYTES);
    const structures = statuses.map(({ data }) => structureOf(data as Status));
    // Elections on a busy machine are told whole, each once.
    expect(structures.filter((structure, index) => structure === structures[index - 1])).toEqual([]);
  });
});
