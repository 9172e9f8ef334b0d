/**
 * The views of the operator's console, in a real browser on a whole system: widths and colour
 * schemes, a phone, live elections, filters and exports, a visitor without a session, the size of
 * the stream. Every error of a page fails its test.
 */
import { expect, test } from '@jest/globals';
import type { Status } from '../../shared/contracts/status.js';
import type { Election } from '../../monitor/http/schemas.js';
import { toStructure } from '../../monitor/status/status-differences.js';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { framesUntil } from '../support/frames.js';
import { axeProblems, checkBothSchemes, sidewaysScroll } from '../support/page-checks.js';
import { HOSTILE, useConsole } from './console-stage.js';

/** Largest size of the stream per minute, in bytes. */
const MINUTE_MAX_BYTES = 150_000;
describeInBrowser('the views of the console', () => {
  const browser = useBrowser();
  const stage = useConsole(browser);
  const { elections, settled, open } = stage;

  test.each([1_280, 390])(
    'at %i pixels, light and dark: no sideways scrolling, no serious finding of axe',
    async (width) => {
      const page = await open({ width });
      await page.waitForSelector('#chart-rate canvas');
      await page.waitForSelector('#elections li');
      await page.click('.legend summary');
      await checkBothSchemes(page, 'console-overview');
      await page.click('#handover');
      await page.waitForSelector('#deed-do:not([disabled])');
      await checkBothSchemes(page, 'console-dialog');
      await page.keyboard.press('Escape');
      for (const path of ['/elections.html', '/audit.html', '/session']) {
        await page.goto(stage.url + path);
        await checkBothSchemes(page, `console-${path.slice(1)}`);
      }
    },
  );

  test('on a phone the topology is a list that describes the flows', async () => {
    const page = await open({ width: 390 });
    await page.waitForSelector('[data-lane=patients] .node');
    expect(await page.isVisible('.arrows')).toBe(false);
    expect(await page.isVisible('.lane-replicas .does:has-text("commits to the database")')).toBe(
      true,
    );
    expect(await sidewaysScroll(page)).toBe(0);
  });

  test('the elections are live: a new one appears without a reload, filters stay active, and typed text remains', async () => {
    const [all, killed] = [
      await open({}, '/elections.html'),
      await open({}, '/elections.html?kind=kill'),
    ];
    const pages = [all, killed];
    for (const page of pages) {
      await page.waitForSelector('#link.live');
      await page.evaluate('globalThis.notReloaded = true');
    }
    await settled();
    await all.fill('[name=text]', 'half a wo');
    const headers = {
      'Authorization': `Bearer ${stage.system.tokens.operator}`,
      'Content-Type': 'application/json',
    };
    const answer = await fetch(`${stage.url}/handover`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ reason: HOSTILE }),
    });
    const { term, leader } = (await answer.json()) as Election;
    await all.waitForSelector(`tr.fresh[data-term="${term}"]:has-text("onerror")`);
    const news = `${leader} was elected in term ${term}.`;
    await eventually(async () => (await all.textContent('#announcer')) === news, { what: news });
    expect(await all.inputValue('[name=text]')).toBe('half a wo');
    await settled();
    stage.system.process(leader).kill('SIGKILL');
    const next = await eventually(
      async () => (await elections()).find((each) => each.term > term),
      { what: 'another election' },
    );
    await all.waitForSelector(`tr[data-term="${next.term}"]`);
    if (next.kind === 'kill') await killed.waitForSelector(`tr[data-term="${next.term}"]`);
    expect(
      await killed.evaluate(`document.querySelectorAll('tr[data-term="${term}"]').length`),
    ).toBe(0);
    for (const page of pages)
      expect(
        await page.evaluate(
          '[globalThis.notReloaded, document.querySelectorAll("main img").length]',
        ),
      ).toEqual([true, 0]);
    await settled();
  });

  test('without a session the console is read-only: without actions, audit and addresses', async () => {
    const page = await browser.page();
    await page.goto(stage.url);
    await page.waitForSelector('#replicas tr');
    expect(
      await page.evaluate(
        'document.querySelectorAll("[data-action], #handover, #deed, #audit").length',
      ),
    ).toBe(0);
    expect(await axeProblems(page)).toEqual([]);
    await page.click('nav a:has-text("Audit")');
    await page.waitForURL('**/session?next=%2Faudit.html');
  });

  test('filters are part of the address, and exports contain the rows shown', async () => {
    const leader = await settled();
    const page = await open({}, '/?observed=down&minutes=15');
    await page.waitForSelector('#no-replicas:visible');
    await page.selectOption('[name=observed]', 'alive');
    expect(page.url()).toBe(`${stage.url}/?observed=alive&minutes=15`);
    expect(await page.getAttribute('a[data-narrowed="/replicas.csv"]', 'href')).toBe(
      '/replicas.csv?observed=alive',
    );
    await page.goto(`${stage.url}/elections.html?replica=${leader}&kind=planned`);
    const json = await page.getAttribute('.save a:has-text("JSON")', 'href');
    const shown = await page.evaluate<string[]>(
      '[...document.querySelectorAll("tbody td:first-child")].map((cell) => cell.textContent)',
    );
    const answer = (await (await fetch(stage.url + json)).json()) as { elections: Election[] };
    expect(answer.elections.map(({ term }) => String(term))).toEqual(shown);
    expect(
      answer.elections.every(
        ({ kind, leader: one, previousLeader }) =>
          kind === 'planned' && [one, previousLeader].includes(leader),
      ),
    ).toBe(true);
  });

  test('under load the stream stays small: only numbers, and the status when more than numbers changed', async () => {
    const headers = {
      'Authorization': `Bearer ${stage.system.tokens.api}`,
      'Content-Type': 'application/json',
    };
    const batch = fetch(`${stage.system.process('patients_1').url}/api/batches`, {
      method: 'POST',
      headers,
      body: '{"count":3000,"timeoutMs":30000}',
    });
    const frames = await framesUntil(
      `${stage.url}/events`,
      (all) => all.filter(({ name }) => name === 'sample').length === 8,
    );
    expect((await batch).status).toBe(200);
    const [snapshot, ...statuses] = frames.filter(({ name }) => name === 'status');
    const samples = frames.filter(({ name }) => name === 'sample');
    const sampleBytes = samples.reduce((sum, { bytes }) => sum + bytes, 0) / samples.length;
    // One sample per second.
    expect((snapshot?.bytes ?? Infinity) + 60 * sampleBytes).toBeLessThan(MINUTE_MAX_BYTES);
    const structures = statuses.map(({ data }) => toStructure(data as Status));
    // Elections on a busy machine: each sends the whole status, once.
    expect(structures.filter((structure, index) => structure === structures[index - 1])).toEqual(
      [],
    );
  });
});
