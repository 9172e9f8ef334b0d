/**
 * The machine's Chromium for a test file: one browser, an empty profile per page, everything closed
 * and removed afterwards. A test fails when its page writes an error to the console, violates its
 * own policy, opens a dialog or asks another host, unless expected.
 *
 * A page is emptied after a test and given to a later one, because a new page costs a process: it
 * then has no cookies, no storage and a blank document, but the cached files of its servers.
 *
 *   describeInBrowser('the console', () => {
 *     const browser = useBrowser();
 *     test('shows the leader', async () => {
 *       const page = await browser.page({ width: 390 });
 *       await page.goto(url);
 *       await checkBothSchemes(page, 'console');
 *     });
 *   });
 */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { findProgram } from '../../local/setup/programs.mjs';
import { findChromium } from './chromium.js';
import { emptyPage, keepCookies, setMedia, toProfile, type PageOptions } from './page-profile.js';
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

/**
 * Writes a script that starts the browser without the right to raise its own priority. With it, as
 * root, Chromium precedes all programs of its scheduling group, in a container also the system
 * under test. @returns the path of the script; of the browser where the right does not exist.
 */
function writeLauncher(program: string, folder: string): string {
  const setpriv = findProgram(['setpriv']);
  if (process.getuid?.() !== 0 || !setpriv) return program;
  const path = join(folder, 'chromium');
  const command = `exec '${setpriv}' --bounding-set -sys_nice -- '${program}' "$@"`;
  writeFileSync(path, `#!/bin/sh\n${command}\n`, { mode: 0o755 });
  return path;
}

export interface TestBrowser {
  /** A page that is watched from its creation and closed after the test. */
  page(options?: PageOptions): Promise<Page>;
  /** The record of the page so far. @throws Error for a page not created here. */
  watch(page: Page): PageWatch;
  /** Closes or empties the pages of the test; runs after each test. @returns their problems. */
  endTest(): Promise<string[]>;
}

class OneBrowser implements TestBrowser {
  private browser: Browser | null = null;
  private folder = '';
  private readonly contexts = new Set<BrowserContext>();
  private watches = new Map<Page, PageWatch>();
  /** The profile of each page that runs code, as the key of `idle`. */
  private readonly profiles = new WeakMap<Page, string>();
  /** Empty pages of earlier tests, by their profile. */
  private readonly idle = new Map<string, Page[]>();

  /** Puts all files of the browser into a temporary folder of ours. */
  async open(program: string): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), 'relevo-chromium-'));
    const env = { ...process.env, TMPDIR: this.folder, HOME: this.folder } as Record<
      string,
      string
    >;
    const executablePath = writeLauncher(program, this.folder);
    const place = { executablePath, artifactsDir: this.folder, env };
    this.browser = await chromium.launch({ ...place, args: FLAGS, timeout: PAGE_DEADLINE_MS * 2 });
  }

  async page(options: PageOptions = {}): Promise<Page> {
    if (options.like) return options.like.context().newPage();
    const profile = toProfile(options);
    const key = JSON.stringify(profile);
    const page = this.idle.get(key)?.pop() ?? (await this.newPage(profile));
    if (profile.javaScriptEnabled) this.profiles.set(page, key);
    this.contexts.add(page.context());
    if (!this.watches.has(page)) this.watches.set(page, new PageWatch(page));
    await setMedia(page, options);
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

  private async newPage(profile: BrowserContextOptions): Promise<Page> {
    if (!this.browser)
      throw new Error(
        'the browser is not open yet: create pages inside tests, not while tests are declared',
      );
    const context = await this.browser.newContext({ ...profile, acceptDownloads: true });
    context.setDefaultTimeout(PAGE_DEADLINE_MS);
    // Also watches windows that a page opens.
    context.on('page', (page) => void this.watches.set(page, new PageWatch(page)));
    return context.newPage();
  }

  async endTest(): Promise<string[]> {
    for (const context of this.contexts) await keepCookies(context);
    const contexts = [...this.contexts];
    const kept = contexts.flatMap((context) => this.findReusable(context));
    // Receives the problems that a page has sent so far.
    await Promise.all(kept.map((page) => page.evaluate('0').catch(() => undefined)));
    const watches = this.watches;
    this.watches = new Map();
    const closed = contexts.filter((context) => !kept.some((page) => page.context() === context));
    await Promise.all(closed.map((context) => context.close()));
    const problems = [...watches.values()].flatMap((watch) => watch.problems());
    this.contexts.clear();
    await Promise.all(kept.map((page) => this.keepPage(page, watches.get(page)?.requests ?? [])));
    return problems;
  }

  /** The only page of a context, for another test; none when it has more, or runs no code. */
  private findReusable(context: BrowserContext): Page[] {
    const pages = context.pages();
    return pages.length === 1 ? pages.filter((page) => this.profiles.has(page)) : [];
  }

  /** Closes a page that cannot be emptied, for example because it has crashed. */
  private async keepPage(page: Page, requests: readonly string[]): Promise<void> {
    try {
      await emptyPage(page, requests);
    } catch {
      return page.context().close();
    }
    const key = this.profiles.get(page) ?? '';
    this.idle.set(key, [...(this.idle.get(key) ?? []), page]);
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
