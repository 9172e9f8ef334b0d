/**
 * Every page, at two widths and in both colour schemes: no error in the console, no request to
 * another host, no serious finding of axe-core, no sideways scrolling. A new page is one line. With
 * SCREENSHOTS=folder each is saved for review. A page is loaded once per width; the colour scheme
 * changes while it is open.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startServices, type Services } from '../integration/security/services.js';
import { signedIn } from '../integration/security/visitor.js';
import type { ServiceName, Subjects } from '../integration/security/vocabulary.js';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { checkBothSchemes, inBothSchemes, screenshot } from '../support/page-checks.js';
import type { PageOptions } from '../support/page-profile.js';

interface Shown {
  name: string;
  service: ServiceName;
  path: string | ((subjects: Subjects) => string);
  /** Shown to a signed-in user; for staff, with an identified patient. */
  signedIn?: boolean;
  /** Selector of an element that is present when the page is ready. */
  ready?: string;
  /** From another project: its layout and accessibility faults are not ours. */
  foreign?: boolean;
}

const PAGES: readonly Shown[] = [
  { name: 'console', service: 'monitor', path: '/' },
  { name: 'console-signed-in', service: 'monitor', path: '/', signedIn: true },
  { name: 'console-sign-in', service: 'monitor', path: '/session' },
  { name: 'console-payments', service: 'monitor', path: '/payments', signedIn: true },
  {
    name: 'console-payment',
    service: 'monitor',
    path: ({ failed }) => `/payments/${failed}`,
    signedIn: true,
  },
  { name: 'console-failed', service: 'monitor', path: '/failed', signedIn: true },
  {
    name: 'console-redrive',
    service: 'monitor',
    path: ({ failed }) => `/failed/redrive?ids=${failed}`,
    signedIn: true,
  },
  { name: 'console-cancel', service: 'monitor', path: '/pending/cancel', signedIn: true },
  {
    name: 'console-capture',
    service: 'monitor',
    path: ({ authorized: [first] }) => `/payments/${first}/actions/capture`,
    signedIn: true,
  },
  {
    name: 'console-refund',
    service: 'monitor',
    path: ({ succeeded }) => `/payments/${succeeded}/actions/refund`,
    signedIn: true,
  },
  { name: 'console-alerts', service: 'monitor', path: '/alerts.html', signedIn: true },
  { name: 'console-not-found', service: 'monitor', path: '/nothing' },
  { name: 'console-elections', service: 'monitor', path: '/elections.html' },
  { name: 'console-look-back', service: 'monitor', path: '/look-back.html' },
  { name: 'console-audit', service: 'monitor', path: '/audit.html', signedIn: true },
  { name: 'console-logs', service: 'monitor', path: '/logs', signedIn: true },
  {
    name: 'console-log',
    service: 'monitor',
    path: '/logs/server_1',
    signedIn: true,
    ready: '#log-state.live',
  },
  { name: 'console-queue', service: 'monitor', path: '/queues', signedIn: true },
  { name: 'console-docs', service: 'monitor', path: '/docs', foreign: true },
  { name: 'staff', service: 'patients', path: '/' },
  { name: 'staff-sign-in', service: 'patients', path: '/sign-in' },
  { name: 'staff-identify', service: 'patients', path: '/bill/identify', signedIn: true },
  { name: 'staff-bill', service: 'patients', path: '/bill', signedIn: true },
  {
    name: 'staff-payment',
    service: 'patients',
    path: ({ succeeded }) => `/bill/payments/${succeeded}`,
    signedIn: true,
  },
  {
    name: 'staff-pending',
    service: 'patients',
    path: ({ pending }) => `/bill/payments/${pending}`,
    signedIn: true,
  },
  { name: 'pass', service: 'patients', path: ({ succeeded }) => `/passes/${succeeded}` },
  {
    name: 'pass-unknown',
    service: 'patients',
    path: '/passes/00000000-0000-4000-8000-000000000009',
  },
  { name: 'staff-not-found', service: 'patients', path: '/nothing' },
  { name: 'patients-docs', service: 'patients', path: '/docs', foreign: true },
];

describeInBrowser('every page', () => {
  const browser = useBrowser();
  let services: Services;
  const cookies = new Map<ServiceName, { name: string; value: string; url: string }[]>();

  beforeAll(async () => {
    services = await startServices();
    for (const service of ['monitor', 'patients'] as const)
      cookies.set(service, (await signedIn(service, services)).jar);
  }, 300_000);
  afterAll(() => services.stop());

  async function open(
    {
      service,
      path,
      signedIn: isSignedIn = false,
      ready = 'h1, .swagger-ui .info, #root > *',
    }: Shown,
    options: PageOptions,
  ): Promise<Page> {
    const page = await browser.page(options);
    if (isSignedIn) await page.context().addCookies(cookies.get(service) ?? []);
    await page.goto(
      services.url(service) + (typeof path === 'string' ? path : path(services.subjects)),
    );
    await page.locator(ready).first().waitFor();
    return page;
  }

  describe.each(PAGES)('$name', (shown) => {
    test.each([1280, 390])('%i pixels wide, light and dark', async (width) => {
      const page = await open(shown, { width });
      if (shown.foreign)
        await inBothSchemes(page, (scheme) => screenshot(page, `${shown.name}-${width}-${scheme}`));
      else await checkBothSchemes(page, shown.name);
    });
  });

  test.each(['es', 'en'])('staff pages use the language of the browser: %s', async (lang) => {
    const page = await browser.page({ lang });
    await page.goto(services.url('patients'));
    expect(await page.locator('html').getAttribute('lang')).toBe(lang);
    await screenshot(page, `staff-${lang}`);
  });
});
