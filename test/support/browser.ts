/**
 * The machine's Chromium for a test file: one browser, a fresh profile per page, everything closed
 * and removed afterwards. A test fails when its page writes an error to the console, violates its
 * own policy, opens a dialog or asks another host, unless expected.
 *
 *   describeInBrowser('the console', () => {
 *     const browser = useBrowser();
 *     test('shows the leader', async () => {
 *       const page = await browser.page({ width: 390, scheme: 'dark' });
 *       await page.goto(url);
 *       expect(await axeProblems(page)).toEqual([]);
 *       await screenshot(page, 'console-390-dark');
 *     });
 *   });
 */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { findChromium } from './chromium.js';
import { keepSecret } from './log-evidence.js';
import { PageWatch } from './page-watch.js';

/**
 * Deadline of each wait inside a page, in ms. Generous, because a shared machine may be slow and a
 * finished wait costs nothing.
 */
const PAGE_DEADLINE_MS = 60_000;
const TEST_DEADLINE_MS = 300_000;

/** Resolves only names of this machine: a request to another host fails and is reported. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

export interface PageOptions {
  /**
   * In pixels. Default: 1280. Below 500 the page behaves as on a phone: touch, and its own viewport
   * counts.
   */
  width?: number;
  /** In pixels. Default: 900. */
  height?: number;
  scheme?: 'light' | 'dark';
  /** The browser's language, such as `es` or `en-GB`. Default: `en-US`. */
  lang?: string;
  /** False: no JavaScript. Then no code can run in the page, not even axe. */
  javaScript?: boolean;
  reducedMotion?: boolean;
  /**
   * Shares cookies and storage with this page instead of a fresh profile; the other options are
   * then those of that page.
   */
  like?: Page;
}

export interface TestBrowser {
  /** A page that is watched from its creation and closed after the test. */
  page(options?: PageOptions): Promise<Page>;
  /** The record of the page so far. @throws Error for a page not created here. */
  watch(page: Page): PageWatch;
}

function contextOptions(options: PageOptions): BrowserContextOptions {
  const {
    width = 1_280,
    height = 900,
    scheme = 'light',
    lang = 'en-US',
    javaScript = true,
    reducedMotion = false,
  } = options;
  const phone = width < 500;
  return {
    viewport: { width, height },
    isMobile: phone,
    hasTouch: phone,
    colorScheme: scheme,
    locale: lang,
    javaScriptEnabled: javaScript,
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    acceptDownloads: true,
  };
}

/** Keeps the session cookies, so that the search of all logs finds them too. */
async function keepCookies(context: BrowserContext): Promise<void> {
  const cookies = await context.cookies().catch(() => []);
  cookies
    .filter(({ value }) => value.length >= 16)
    .forEach(({ value }) => keepSecret('cookie of a session', value));
}

class OneBrowser implements TestBrowser {
  private browser: Browser | null = null;
  private folder = '';
  private readonly contexts = new Set<BrowserContext>();
  private watches = new Map<Page, PageWatch>();

  /** Puts all files of the browser into a temporary folder of ours. */
  async open(program: string): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), 'relevo-chromium-'));
    const env = { ...process.env, TMPDIR: this.folder, HOME: this.folder } as Record<
      string,
      string
    >;
    const place = { executablePath: program, artifactsDir: this.folder, env };
    this.browser = await chromium.launch({ ...place, args: FLAGS, timeout: PAGE_DEADLINE_MS * 2 });
  }

  async page(options: PageOptions = {}): Promise<Page> {
    const context = options.like?.context() ?? (await this.context(options));
    const page = await context.newPage();
    const watch = this.watches.get(page);
    if (!watch) throw new Error('the page is not watched');
    return page;
  }

  watch(page: Page): PageWatch {
    const watch = this.watches.get(page);
    if (!watch)
      throw new Error(
        'this page was not created by the test support, or belongs to an earlier test',
      );
    return watch;
  }

  private async context(options: PageOptions): Promise<BrowserContext> {
    if (!this.browser)
      throw new Error(
        'the browser is not open yet: create pages inside tests, not while tests are declared',
      );
    const context = await this.browser.newContext(contextOptions(options));
    context.setDefaultTimeout(PAGE_DEADLINE_MS);
    // Also watches windows that a page opens.
    context.on('page', (page) => void this.watches.set(page, new PageWatch(page)));
    this.contexts.add(context);
    return context;
  }

  /** Closes the pages of a test. @returns their problems. */
  async endTest(): Promise<string[]> {
    for (const context of this.contexts) await keepCookies(context);
    await Promise.all([...this.contexts].map((context) => context.close()));
    const problems = [...this.watches.values()].flatMap((watch) => watch.problems());
    this.contexts.clear();
    this.watches = new Map();
    return problems;
  }

  async close(): Promise<void> {
    await this.browser?.close();
    this.browser = null;
    if (this.folder !== '') rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

const program = findChromium();

/**
 * `describe` for tests in a browser. Without a Chromium they are skipped, and their title says so;
 * with CI=true that is a failure.
 */
export function describeInBrowser(title: string, tests: () => void): void {
  const missing = program === null;
  if (missing && process.env['CI'] === 'true') {
    test(title, () => {
      throw new Error('no Chromium found: install it, or name it in CHROMIUM');
    });
    return;
  }
  (missing ? describe.skip : describe)(
    missing
      ? `${title}: skipped, because this machine has no Chromium (apt-get install chromium)`
      : title,
    tests,
  );
}

/** Call this once, inside `describeInBrowser`. Tests of the file get a longer deadline. */
export function useBrowser(): TestBrowser {
  const browser = new OneBrowser();
  jest.setTimeout(TEST_DEADLINE_MS);
  beforeAll(() => browser.open(program ?? ''), TEST_DEADLINE_MS);
  afterEach(async () => expect(await browser.endTest()).toEqual([]));
  afterAll(() => browser.close(), TEST_DEADLINE_MS);
  return browser;
}

/**
 * The findings of axe-core for the current page that are serious or critical, one readable line
 * each.
 * @see https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md
 */
export async function axeProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as { axe: { run(): Promise<axe.AxeResults> } }
    ).axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, impact, help, nodes }) =>
        nodes.map(
          ({ target, failureSummary = '' }) =>
            `${impact} ${id}: ${help} at ${target.join(' ')}. ${failureSummary.replace(/\s+/g, ' ')}`,
        ),
      );
  });
}

/**
 * By how many pixels the page is wider than its window: 0 for a page that does not scroll sideways.
 */
export const sidewaysScroll = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** Saves the whole page as `NAME.png` in the folder SCREENSHOTS, when that variable is set. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({
    path: join(folder, `${name}.png`),
    fullPage: true,
    animations: 'disabled',
  });
}
