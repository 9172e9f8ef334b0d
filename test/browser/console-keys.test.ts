/**
 * The console by keyboard, the copy buttons, an unknown address, a wrong token, and a page that
 * lost its monitor, in a real browser.
 */
import { expect, test } from '@jest/globals';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { axeProblems } from '../support/page-checks.js';
import { useConsole } from './console-stage.js';

describeInBrowser('keys and small tools of the console', () => {
  const browser = useBrowser();
  const stage = useConsole(browser);

  test('/ searches, ? shows the keys, g and a letter opens a page; typed text is no command', async () => {
    const page = await stage.open();
    await page.keyboard.press('?');
    await page.waitForSelector('dialog.keys[open]');
    expect(await axeProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog.keys', { state: 'detached' });
    await page.keyboard.press('/');
    await page.waitForURL(/\/payments#q$/);
    await page.waitForSelector('#q:focus');
    await page.keyboard.type('g?a');
    expect(await page.inputValue('#q')).toBe('g?a');
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('g');
    await page.keyboard.press('e');
    await page.waitForURL(/\/elections\.html$/);
    await page.keyboard.press('?');
    const entries = await page.locator('nav[aria-label=Console] a').allTextContents();
    const keys = (await page.locator('dialog.keys dd').allTextContents()).join();
    expect(entries.filter((entry) => !keys.includes(entry))).toEqual([]);
  });

  test('the keys can be switched off and on again without a key', async () => {
    const page = await stage.open();
    const setKeys = async (on: boolean): Promise<void> => {
      await page.click('nav button:text("Keys")');
      await page.setChecked('dialog.keys input[type=checkbox]', on);
      expect(await axeProblems(page)).toEqual([]);
      await page.click('dialog.keys button[type=submit]');
      await page.waitForSelector('dialog.keys', { state: 'detached' });
    };
    await setKeys(false);
    await page.reload();
    const address = page.url();
    for (const key of ['?', 'g', 'e', '/']) await page.keyboard.press(key);
    expect(await page.locator('dialog.keys').count()).toBe(0);
    expect(page.url()).toBe(address);
    await setKeys(true);
    await page.keyboard.press('?');
    await page.waitForSelector('dialog.keys[open]');
  });

  test('an unknown address is a page for a browser and a problem for a program', async () => {
    const page = await browser.page();
    const answer = await page.goto(`${stage.url}/nothing/<b>`);
    expect(answer?.status()).toBe(404);
    expect(await page.textContent('h1')).toBe('There is no such page');
    expect(await axeProblems(page)).toEqual([]);
    const json = await fetch(`${stage.url}/nothing`);
    expect([json.status, json.headers.get('content-type')]).toEqual([
      404,
      expect.stringContaining('application/problem+json'),
    ]);
  });

  test('a wrong token keeps the typed name', async () => {
    const page = await browser.page();
    await page.goto(`${stage.url}/session`);
    await page.fill('#name', 'Ana "<b>');
    await page.fill('#token', 'wrong');
    await page.click('button.primary');
    await page.waitForSelector('#sign-in-problem');
    expect(await page.inputValue('#name')).toBe('Ana "<b>');
  });

  test('a page that lost its monitor offers no operator action', async () => {
    const page = await stage.open();
    expect(await page.isEnabled('#handover')).toBe(true);
    const monitor = stage.system.process('monitor_1');
    browser.watch(page).expects(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|net::/);
    monitor.kill('SIGSTOP');
    try {
      await page.waitForSelector('#link.stale');
      await page.waitForSelector('#handover:disabled');
      for (const button of ['button[data-action=drain]', '#schedule', '#accepting'])
        expect(await page.locator(`${button}:enabled`).count()).toBe(0);
    } finally {
      monitor.kill('SIGCONT');
    }
    await page.waitForSelector('#link.live');
    for (const button of ['#handover', '#schedule', '#accepting'])
      await page.waitForSelector(`${button}:enabled`);
  });
});
