/**
 * The browser support detects the faults that it must detect: each kind, on a page made for it, is
 * named; a good page has no problems.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findDescendants } from '../../local/processes/process-tree.js';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { axeProblems, checkBothSchemes, sidewaysScroll } from '../support/page-checks.js';

const BODIES: Record<string, string> = {
  '/favicon.ico': '',
  '/good': '<main><h1>Good</h1><p>No faults here.</p></main>',
  '/error': '<script nonce="n">console.error("oh no")</script>',
  '/exception': '<script nonce="n">throw new Error("thrown")</script>',
  '/policy': '<p onclick="1">inline</p><script>window.ran = true</script>',
  '/dialog': '<script nonce="n">alert("hello")</script>',
  '/elsewhere': '<img src="http://elsewhere.example/a.png" alt="">',
  '/broken': '<img src="/missing.png" alt="">',
  '/wide': '<div style="width: 2000px">wide</div>',
  '/dark':
    '<style>@media (prefers-color-scheme: dark) { p { color: #eee; transition: color 1s } }</style><main><h1>Dark</h1><p>Invisible.</p></main>',
  '/unlabelled': '<main><h1>Form</h1><input type="text"><button></button></main>',
};
const HARMS: readonly [path: string, says: RegExp][] = [
  ['/error', /console error: oh no/],
  ['/exception', /exception: thrown/],
  ['/policy', /console error: .*Content Security Policy/],
  ['/dialog', /dialog: hello/],
  ['/elsewhere', /asked another host: http:\/\/elsewhere\.example/],
  ['/broken', /console error: .*404.*missing\.png/],
];

/** The niceness of each thread of a process. Empty: it has ended. @see proc_pid_stat(5) */
function listNiceness(pid: number): number[] {
  const tasks = `/proc/${pid}/task`;
  try {
    return readdirSync(tasks).map((id) =>
      Number(
        readFileSync(`${tasks}/${id}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')[16],
      ),
    );
  } catch {
    return [];
  }
}

describeInBrowser('the browser support', () => {
  const browser = useBrowser();
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const body = BODIES[request.url ?? ''];
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.setHeader(
        'Content-Security-Policy',
        "default-src 'none'; script-src 'nonce-n'; style-src 'unsafe-inline'; img-src *",
      );
      response
        .writeHead(body === undefined ? 404 : 200)
        .end(`<!doctype html><html lang="en"><title>Page</title>${body ?? '<h1>Not here</h1>'}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('a good page and a missing page have no problems', async () => {
    const page = await browser.page();
    await page.goto(`${url}/good`);
    expect(await axeProblems(page)).toEqual([]);
    expect(await sidewaysScroll(page)).toBe(0);
    await page.goto(`${url}/nothing`);
    expect(browser.watch(page).problems()).toEqual([]);
  });

  test.each(HARMS)('control: %s is a problem, unless it is expected', async (path, says) => {
    const page = await browser.page();
    const watch = browser.watch(page);
    await page.goto(url + path);
    await eventually(() => watch.problems().some((problem) => says.test(problem)), {
      what: `${path} is detected`,
    });
    watch.expects(/./);
    expect(watch.problems()).toEqual([]);
  });

  test('control: findings of axe, and a page that is too wide', async () => {
    const page = await browser.page({ width: 390 });
    await page.goto(`${url}/unlabelled`);
    expect(await axeProblems(page)).toEqual([
      expect.stringMatching(/critical button-name/),
      expect.stringMatching(/critical label/),
    ]);
    await page.goto(`${url}/wide`);
    expect(await sidewaysScroll(page)).toBeGreaterThan(1_000);
  });

  test('control: a text that cannot be read in the dark scheme only', async () => {
    const page = await browser.page();
    await page.goto(`${url}/dark`);
    expect(await axeProblems(page)).toEqual([]);
    await expect(checkBothSchemes(page, 'dark')).rejects.toThrow(
      /dark-1280-dark[^]*color-contrast/,
    );
  });

  test('a page is used again without the cookies, the storage and the options of the earlier test', async () => {
    const facts = `[document.cookie, ...[localStorage, sessionStorage].map(({ length }) => length),
      innerWidth, matchMedia("(prefers-color-scheme: dark)").matches]`;
    const first = await browser.page({ scheme: 'dark', width: 1_000 });
    await first.goto(`${url}/good`);
    await first.evaluate(
      'document.cookie = "a=b"; localStorage.setItem("a", "b"); sessionStorage.setItem("a", "b")',
    );
    expect(await first.evaluate(facts)).toEqual(['a=b', 1, 1, 1_000, true]);
    expect(await browser.endTest()).toEqual([]);
    const second = await browser.page();
    expect([second, second.url()]).toEqual([first, 'about:blank']);
    await second.goto(`${url}/good`);
    expect(await second.evaluate(facts)).toEqual(['', 0, 0, 1_280, false]);
  });

  test('pages have the requested options', async () => {
    const phone = await browser.page({ width: 390, scheme: 'dark', lang: 'es' });
    await phone.goto(`${url}/good`);
    const facts =
      '[navigator.language, matchMedia("(prefers-color-scheme: dark)").matches, navigator.maxTouchPoints > 0]';
    expect(await phone.evaluate(facts)).toEqual(['es', true, true]);
    const second = await browser.page({ like: phone });
    await second.context().addCookies([{ name: 'a', value: 'b', url }]);
    expect(await phone.context().cookies()).toHaveLength(1);
  });

  // As root, Chromium would raise the priority of its threads that draw.
  test('no thread of the browser has a raised priority', async () => {
    const page = await browser.page();
    await page.goto(`${url}/good`);
    const niceness = findDescendants(process.pid).flatMap(listNiceness);
    // Only Linux shows the threads.
    expect(niceness.length > 10).toBe(process.platform === 'linux');
    expect(niceness.filter((nice) => nice < 0)).toEqual([]);
  });
});
