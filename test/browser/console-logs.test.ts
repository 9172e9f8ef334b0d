/**
 * The log of a process in the console: a monitor with the control of `npm start` and a real log
 * file. The page follows the file, waits while the reader uses it, and works without JavaScript.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { appendFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createProcessLogs } from '../../local/logs/process-logs.js';
import { startControlServer, type ControlServer } from '../../local/rolling/control-server.js';
import { CALM, Hospital } from '../integration/monitor/support.js';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { checkBothSchemes } from '../support/page-checks.js';
import { HOSTILE } from './console-stage.js';

const TOKENS = { api: 'api', operator: 'operator', internal: 'internal' };
const NEXT = encodeURIComponent('/logs/server_1');
/** Two intervals of the script. */
const TWO_POLLS_MS = 4_500;

const line = (msg: string, level = 'info'): string =>
  `${JSON.stringify({ level, time: '2026-11-21T18:12:04.156Z', msg, term: 4 })}\n`;

describeInBrowser('the log of a process', () => {
  const browser = useBrowser();
  let folder: string;
  let hospital: Hospital;
  let control: ControlServer;
  let url: string;
  const add = (text: string): void => appendFileSync(join(folder, 'server_1.log'), text);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-console-logs-'));
    add(Array.from({ length: 150 }, (_, index) => line(`begins ${index}`)).join(''));
    add(`LOG:  plain ${HOSTILE}\n${line(`long ${'x'.repeat(5_000)}`, 'error')}`);
    const processes = [{ name: 'server_1', kind: 'payments' }];
    const logs = createProcessLogs(folder, () => processes);
    control = await startControlServer(() => null, TOKENS, logs);
    hospital = await Hospital.open();
    await Promise.all(hospital.replicas.map((replica) => replica.start()));
    const [place] = await hospital.plan(1);
    if (!place) throw new Error('no place');
    const monitor = await hospital.startMonitor(place, { ...CALM, SUPERVISOR_URL: control.url });
    url = `http://127.0.0.1:${(monitor.server.address() as AddressInfo).port}`;
  }, 180_000);
  afterAll(async () => {
    control?.close();
    await hospital?.close();
    rmSync(folder, { recursive: true });
  });

  async function signIn(page: Page, next = NEXT): Promise<void> {
    // A busy machine may answer 503 for a moment.
    browser.watch(page).expects(/status of 503/);
    await page.goto(`${url}/session?next=${next}`);
    await page.fill('#token', 'operator');
    await page.click('button.primary');
  }
  async function open(width = 1280): Promise<Page> {
    const page = await browser.page({ width });
    await page.clock.install();
    await signIn(page);
    await page.waitForSelector('#log-state.live');
    return page;
  }
  const row = (text: string): string => `#log tbody tr:has-text("${text}")`;

  test('new lines appear at the end, also after a rotation; markup is text, long lines are cut', async () => {
    const page = await open();
    expect(await page.locator('#log img, #log script').count()).toBe(0);
    expect(await page.textContent(row('LOG:  plain'))).toContain('<img src=x onerror=alert(1)>');
    expect(await page.textContent(row('long x'))).toContain('(3005 more characters)');
    add(line('comes later', 'warn'));
    await page.waitForSelector(`${row('comes later')} .state.warn`);
    add(line('before the rotation'));
    renameSync(join(folder, 'server_1.log'), join(folder, 'server_1.log.1'));
    add(line('after the rotation'));
    await page.waitForSelector(row('after the rotation'));
    expect(await page.locator(row('before the rotation')).count()).toBe(1);
    expect(await page.locator(row('comes later')).count()).toBe(1);
  });

  test.each([
    ['the button', '#log-state button', '#log-state button'],
    ['scrolling up', 'document.querySelector(".scroll").scrollTop = 0', 'end'],
    [
      'selected text',
      'getSelection().selectAllChildren(document.querySelector("#log td"))',
      'none',
    ],
  ])('%s pauses the page until the reader goes on', async (how, pause, go) => {
    for (let index = 0; index < 40; index += 1) add(line(`fills ${how}`));
    const page = await open();
    await (pause.startsWith('#') ? page.click(pause) : page.evaluate(pause));
    await page.waitForSelector('#log-state:not(.live):has-text("Paused")');
    add(line(`waits for ${how}`));
    await page.clock.runFor(TWO_POLLS_MS);
    await page.waitForLoadState('networkidle');
    expect(await page.locator(row(`waits for ${how}`)).count()).toBe(0);
    if (go.startsWith('#')) await page.click(go);
    else if (go === 'end')
      await page.evaluate('document.querySelector(".scroll").scrollTop = 1_000_000');
    else await page.evaluate('getSelection().empty()');
    await page.waitForSelector(row(`waits for ${how}`));
  });

  test('without JavaScript the filters work', async () => {
    add(line('an error to find', 'error') + line('no error to find'));
    const page = await browser.page({ javaScript: false });
    await signIn(page);
    await page.selectOption('select[name=level]', 'error');
    await page.fill('input[name=text]', 'TO FIND');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.waitForURL(/level=error/);
    expect(await page.locator('#log tbody tr').count()).toBe(1);
    expect(await page.textContent('#log tbody')).toContain('an error to find');
  });

  test('the overview, the keys and the list lead to it; an unknown process has a page', async () => {
    const page = await browser.page();
    await signIn(page, encodeURIComponent('/'));
    await page.waitForSelector('#topology a[href="/logs/server_1"]');
    await page.click('#replicas a[href="/logs/server_1"]');
    await page.waitForSelector('#log-state.live');
    await page.keyboard.press('g');
    await page.keyboard.press('l');
    await page.waitForSelector('.processes a[href="/logs/server_1"]');
    browser.watch(page).expects(/status of 404/);
    expect((await page.goto(`${url}/logs/redis`))?.status()).toBe(404);
    expect(await page.textContent('.problem')).toBe('This system has no process redis.');
  });

  test.each([1280, 390])('%i pixels wide, light and dark', async (width) =>
    checkBothSchemes(await open(width), 'console-log-full'),
  );
});
