/**
 * Takes the pictures of README.md and docs/tour.md from a running system, in both colour schemes:
 * the console two seconds after its leader was killed, and a bill. With the page of a report as its
 * argument, also a picture of that page. Takes about two minutes. `node --import tsx
 * docs/images/take.ts [reports/…/report.html]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { startSystem, type System } from '../../local/system.js';
import { seedPatient } from '../../prisma/seed-data.js';
import { findChromium } from '../../test/support/chromium.js';

const HERE = dirname(fileURLToPath(import.meta.url));
/** Long enough for charts that show something, in ms. */
const TRAFFIC_MS = 90_000;
const BETWEEN_BATCHES_MS = 400;
const ANSWER_MS = 60_000;
const SCHEMES = ['light', 'dark'] as const;
type Scheme = (typeof SCHEMES)[number];

const suffix = (scheme: Scheme): string => (scheme === 'dark' ? '-dark' : '');

async function openPage(
  browser: Browser,
  scheme: Scheme,
  height: number,
  width = 1_280,
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    locale: 'en-US',
    timezoneId: 'UTC',
  });
  return context.newPage();
}

const save = async (page: Page, name: string): Promise<void> =>
  void (await page.screenshot({ path: join(HERE, `${name}.png`), animations: 'disabled' }));

/** Batches one after the other until `signal` fires. */
async function makeTraffic(url: string, token: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const headers = { 'Authorization': `Bearer ${token}`, 'Content-Type': 'application/json' };
    const body = JSON.stringify({ count: 40 + Math.round(Math.random() * 60) });
    await fetch(`${url}/api/batches`, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await delay(BETWEEN_BATCHES_MS);
  }
}

async function openConsole(
  browser: Browser,
  scheme: Scheme,
  { monitors, tokens }: System,
): Promise<Page> {
  const page = await openPage(browser, scheme, 1_240);
  await page.goto(`${monitors[0]?.url}/session`);
  await page.locator('#token').fill(tokens.operator);
  await page.locator('#name').fill('Ana');
  await page.locator('main form button').click();
  await page.waitForURL((address) => address.pathname === '/');
  return page;
}

async function leaderOf(monitorUrl: string, token: string): Promise<string> {
  const answer = await fetch(`${monitorUrl}/status`, {
    headers: { Authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const { partitions } = (await answer.json()) as { partitions: { leader: string | null }[] };
  return partitions[0]?.leader ?? '';
}

async function takeConsole(browser: Browser, system: System): Promise<void> {
  const { monitors, patients, tokens } = system;
  const monitorUrl = monitors[0]?.url ?? '';
  const end = new AbortController();
  const traffic = makeTraffic(patients[0]?.url ?? '', tokens.api, end.signal);
  const pages = await Promise.all(SCHEMES.map((scheme) => openConsole(browser, scheme, system)));
  await delay(TRAFFIC_MS);
  const leader = await leaderOf(monitorUrl, tokens.operator);
  system.process(leader).kill();
  while ([leader, ''].includes(await leaderOf(monitorUrl, tokens.operator))) await delay(20);
  await delay(2_000);
  for (const [index, scheme] of SCHEMES.entries())
    await save(pages[index] as Page, `console${suffix(scheme)}`);
  end.abort();
  await traffic;
}

async function takeBill(
  browser: Browser,
  scheme: Scheme,
  { patients, tokens }: System,
): Promise<void> {
  const page = await openPage(browser, scheme, 900, 1_100);
  const { document, fullName, birthDate, authorizationCode } = seedPatient(1);
  await page.goto(`${patients[0]?.url}/sign-in`);
  await page.locator('[name=token]').fill(tokens.api);
  await page.locator('main form button').click();
  for (const [name, value] of Object.entries({
    document,
    name: fullName,
    birthDate,
    authorizationCode,
  }))
    await page.locator(`[name=${name}]`).fill(value);
  await page.locator('main form button').click();
  await page.waitForURL(/\/bill$/);
  await save(page, `bill${suffix(scheme)}`);
}

async function takeReport(browser: Browser, file: string): Promise<void> {
  const page = await openPage(browser, 'light', 1_400);
  await page.goto(pathToFileURL(resolve(file)).href);
  await save(page, 'report');
}

const program = findChromium();
if (program === null) throw new Error('There is no Chromium: install it, or name it in CHROMIUM');
const folder = mkdtempSync(join(tmpdir(), 'relevo-pictures-'));
const browser = await chromium.launch({
  executablePath: program,
  args: ['--no-sandbox', '--disable-gpu'],
  artifactsDir: folder,
});
const shape = { monitors: 1, replicas: 3, patients: 1, gateway: 'simulated' } as const;
const system = await startSystem({
  ...shape,
  dataDir: folder,
  ports: 'free',
  supervise: true,
  quick: true,
});
try {
  for (const scheme of SCHEMES) await takeBill(browser, scheme, system);
  await takeConsole(browser, system);
  const [report] = process.argv.slice(2);
  if (report !== undefined) await takeReport(browser, report);
} finally {
  await browser.close();
  await system.stop();
  rmSync(folder, { recursive: true, force: true });
}
