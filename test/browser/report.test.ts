/**
 * What a browser makes of a report: it opens from the disk without a network, without an error, in both colour schemes, on a phone without
 * sideways scrolling, and a click on a mark opens its story. Needs a Chromium; a machine without one says so and skips.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { reportPage } from '../../experiments/report/page/page.js';
import { findChromium, openBrowser, type BrowserPage } from '../support/chromium.js';
import { eventually } from '../support/eventually.js';
import { madeUpJournal } from '../support/journal.js';

const chromium = findChromium();

const NAME = chromium === null ? 'a report in a browser: skipped, for this machine has no Chromium' : 'a report in a browser';

(chromium === null ? describe.skip : describe)(NAME, () => {
  let folder: string;
  let browser: BrowserPage;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-page-'));
    const file = join(folder, 'report.html');
    const text = '<b onclick="fail()">"&\'';
    writeFileSync(file, reportPage(madeUpJournal({ requests: 4_000, lost: 4, text }, { system: 'published', lost: 9 })));
    url = pathToFileURL(file).href;
    browser = await openBrowser(chromium ?? '');
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const size = (width: number): Promise<unknown> =>
    browser.send('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 });

  test('it asks for nothing but itself, and reports no error', async () => {
    await browser.open(url);
    const asked = browser.events.flatMap(({ method, params }) =>
      method === 'Network.requestWillBeSent' ? [(params['request'] as { url: string }).url] : []);
    expect(asked.filter((address) => !address.startsWith('data:'))).toEqual([url]);
    expect(browser.events.filter(({ method }) => /^(Log\.entryAdded|Runtime\.exceptionThrown|Runtime\.consoleAPICalled)$/.test(method))).toEqual([]);
    expect(await browser.evaluate('document.querySelectorAll("svg.chart").length')).toBeGreaterThan(5);
    expect(await browser.evaluate('document.querySelectorAll("[onclick]").length')).toBe(0);
  });

  test.each([1280, 390])('at %i pixels the page does not scroll sideways', async (width) => {
    await size(width);
    await browser.open(url);
    expect(await browser.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
  });

  test.each(['light', 'dark'])('text has contrast enough: %s', async (scheme) => {
    await browser.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    await browser.open(url);
    expect(await browser.evaluate<number>(LEAST_CONTRAST)).toBeGreaterThanOrEqual(4.5);
  });

  test('a mark in the chart opens the story of its request, and the keyboard goes on from there', async () => {
    await size(1280);
    await browser.open(url);
    await browser.evaluate('document.querySelector("svg.chart a").dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }))');
    await eventually(() => browser.evaluate<boolean>('document.activeElement.parentElement.matches("details.story[open]")'), { what: 'the story opened' });
    expect(await browser.evaluate<string>('document.activeElement.textContent')).toMatch(/no answer\s+request-\d+/);
  });
});

/** Smallest contrast (WCAG 2) of the page's text colours on its two grounds. */
const LEAST_CONTRAST = `(() => {
  const style = getComputedStyle(document.documentElement);
  const luminance = (name) => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = style.getPropertyValue(name);
    const [r, g, b] = getComputedStyle(probe).color.match(/\\d+/g).map((part) => part / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    probe.remove();
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  return Math.min(...['--ink', '--soft', '--good', '--bad', '--warn'].flatMap((text) => ['--ground', '--card'].map((ground) => contrast(luminance(text), luminance(ground)))));
})()`;
