/** The options of a page, and how a used page becomes like a new one with other options. */
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { keepSecret } from './log-evidence.js';

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

/** The options that a page keeps for its whole life. */
export function toProfile({
  width = 1_280,
  lang = 'en-US',
  javaScript = true,
}: PageOptions): BrowserContextOptions {
  const phone = width < 500;
  return { isMobile: phone, hasTouch: phone, locale: lang, javaScriptEnabled: javaScript };
}

/** Sets the options that can change between tests. */
export async function setMedia(page: Page, options: PageOptions): Promise<void> {
  const { width = 1_280, height = 900, scheme = 'light', reducedMotion = false } = options;
  await page.setViewportSize({ width, height });
  await page.emulateMedia({
    colorScheme: scheme,
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
  });
}

/** Deletes the routes and all that these addresses stored, and leaves a blank document. */
export async function emptyPage(page: Page, addresses: readonly string[]): Promise<void> {
  page.removeAllListeners();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.evaluate('try { sessionStorage.clear() } catch {}');
  await leaveDocument(page);
  const stored = addresses.filter((address) => /^https?:/.test(address));
  const origins = new Set(stored.map((address) => new URL(address).origin));
  const session = await page.context().newCDPSession(page);
  for (const origin of origins)
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  await session.detach();
  await page.context().clearCookies();
}

/**
 * Leaves a blank document. The document replaces itself, because Chromium then keeps the process of
 * the page with its compiled scripts; a `goto` of a blank page would start another process.
 */
async function leaveDocument(page: Page): Promise<void> {
  if (page.url() === 'about:blank') return;
  const left = page.waitForEvent('framenavigated', {
    predicate: (frame) => frame === page.mainFrame() && frame.url() === 'about:blank',
  });
  await Promise.all([left, page.evaluate(`location.replace('about:blank')`)]);
}

/** Keeps the session cookies, so that the search of all logs finds them too. */
export async function keepCookies(context: BrowserContext): Promise<void> {
  const cookies = await context.cookies().catch(() => []);
  cookies
    .filter(({ value }) => value.length >= 16)
    .forEach(({ value }) => keepSecret('cookie of a session', value));
}
