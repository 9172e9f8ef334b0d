/**
 * The pages at `/docs` in a real browser that reaches no other host. They show every operation of
 * their document with its samples, send the entered token, and "Try it out" reaches this instance.
 * Their Content Security Policy is the strictest of all pages.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { axeProblems, screenshot } from '../support/page-checks.js';
import { startTestSystem, type TestSystem } from '../support/system.js';

const run = promisify(execFile);

interface Document {
  paths: Record<string, Record<string, { operationId: string }>>;
}

describeInBrowser('the documents as pages', () => {
  const browser = useBrowser();
  let system: TestSystem;
  const url = (name: string): string => system.process(name).url;

  beforeAll(async () => {
    system = await startTestSystem({ replicas: 1 });
  }, 300_000);

  async function open(
    name: string,
    options: Parameters<typeof browser.page>[0] = {},
  ): Promise<Page> {
    const page = await browser.page(options);
    await page.goto(`${url(name)}/docs`);
    await page.locator('.opblock').first().waitFor();
    return page;
  }

  async function openOperation(page: Page, id: string): Promise<Locator> {
    const operation = page.locator(`.opblock[id$="-${id}"]`);
    await operation.locator('.opblock-summary-control').click();
    await operation.locator('.opblock-body').waitFor();
    return operation;
  }

  async function authorize(page: Page, token: string): Promise<void> {
    await page.locator('.auth-wrapper .authorize').first().click();
    const dialog = page.locator('.dialog-ux');
    await dialog.locator('input').first().fill(token);
    await dialog.locator('button.authorize').first().click();
    await dialog.locator('button.btn-done').first().click();
  }

  async function execute(operation: Locator): Promise<{ status: string; body: string }> {
    await operation.locator('.try-out__btn').click();
    await operation.locator('button.execute').click();
    const row = operation.locator('.live-responses-table tr.response');
    await row.waitFor();
    const text = async (part: string): Promise<string> =>
      (await row.locator(part).textContent()) ?? '';
    return {
      status: await text('.response-col_status'),
      body: await text('.response-col_description'),
    };
  }

  test.each(['patients_1', 'monitor_1'])(
    '%s: shows every operation and sends no request to another host',
    async (name) => {
      const page = await open(name);
      const document = (await (await fetch(`${url(name)}/openapi.json`)).json()) as Document;
      const ids = Object.values(document.paths).flatMap((methods) =>
        Object.values(methods).map(({ operationId }) => operationId),
      );
      await eventually(async () => (await page.locator('.opblock').count()) === ids.length, {
        what: `${ids.length} operations on the page`,
      });
      for (const asked of browser.watch(page).requests)
        expect(asked.startsWith(`${url(name)}/`) || asked.startsWith('data:')).toBe(true);
      await screenshot(page, `docs-${name}`);
    },
  );

  test('the policy: only scripts named in this answer may run, and requests go only to this instance', async () => {
    const policy =
      (await fetch(`${url('patients_1')}/docs`)).headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'nonce-[^']+'; style-src 'nonce-[^']+'; connect-src 'self'; /,
    );
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  test('"Try it out" pays with the entered token, and is refused without a token', async () => {
    const page = await open('patients_1');
    browser.watch(page).expects(/status of 401/);
    const operation = await openOperation(page, 'pay');
    const refused = await execute(operation);
    expect([refused.status, refused.body]).toEqual([
      '401',
      expect.stringContaining('UNAUTHENTICATED'),
    ]);
    await authorize(page, system.tokens.api);
    await operation.locator('textarea').fill(
      JSON.stringify({
        patientId: '00000000-0000-4000-8000-000000000001',
        amountMinor: 1_234,
        currency: 'USD',
      }),
    );
    await operation.locator('button.execute').click();
    await operation
      .locator('.live-responses-table .response-col_status', { hasText: '201' })
      .waitFor();
    expect(await operation.locator('.live-responses-table').textContent()).toContain('"SUCCEEDED"');
  });

  test('the command of an operation works', async () => {
    const page = await open('patients_1');
    const operation = await openOperation(page, 'fireBatch');
    const command =
      (await operation.locator('.sample', { hasText: 'curl' }).locator('code').textContent()) ?? '';
    expect(command).toContain(`${url('patients_1')}/api/batches`);
    const { stdout } = await run('sh', ['-c', command], {
      env: { ...process.env, API_TOKEN: system.tokens.api },
      timeout: 60_000,
    });
    expect(JSON.parse(stdout)).toMatchObject({ sent: 230, succeeded: 230 });
    await operation.locator('.sample', { hasText: 'TypeScript client' }).locator('summary').click();
    expect(
      await operation
        .locator('.sample', { hasText: 'TypeScript client' })
        .locator('code')
        .textContent(),
    ).toContain('relevo.fireBatch(');
  });

  test('"Try it out" reaches a monitor through its page', async () => {
    const page = await open('monitor_1');
    const { status, body } = await execute(await openOperation(page, 'status'));
    expect([status, body]).toEqual(['200', expect.stringContaining('server_1')]);
  });

  test.each([
    [1_280, 'dark'],
    [390, 'light'],
  ] as const)(
    '%s pixels, %s: no serious finding of axe, not wider than the screen',
    async (width, scheme) => {
      const page = await open('patients_1', { width, scheme });
      await openOperation(page, 'pay');
      expect(
        await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'),
      ).toBeLessThanOrEqual(0);
      expect(await axeProblems(page)).toEqual([]);
      await screenshot(page, `docs-${width}-${scheme}`);
    },
  );

  test('files: compressed, cached without expiry, and not found under another address', async () => {
    const page = await (await fetch(`${url('patients_1')}/docs`)).text();
    const script = /src="([^"]*bundle\.js)"/.exec(page)?.[1] ?? '';
    const {
      headers: [size = '', cached = ''],
      packed,
    } = await sizeOf(url('patients_1') + script);
    expect(cached).toBe('public, max-age=31536000, immutable');
    expect(Number(size)).toBe(packed.length);
    expect(packed.length).toBeLessThan(500_000);
    expect(gunzipSync(packed).length).toBeGreaterThan(1_500_000);
    expect((await fetch(`${url('patients_1')}/docs/1.0.0/viewer.js`)).status).toBe(404);
    expect((await fetch(`${url('patients_1')}/docs/1.0.0/..%2f..%2fpackage.json`)).status).toBe(
      404,
    );
  });

  /** The compressed bytes; fetch would decompress them. */
  async function sizeOf(address: string): Promise<{ headers: string[]; packed: Buffer }> {
    const args = [
      '-s',
      '-m',
      '10',
      '-H',
      'Accept-Encoding: gzip',
      '-w',
      '%{stderr}%header{content-length}|%header{cache-control}',
      address,
    ];
    const { stdout, stderr } = await run('curl', args, {
      encoding: 'buffer',
      maxBuffer: 8 * 1024 * 1024,
    });
    return { headers: stderr.toString().split('|'), packed: stdout };
  }
});
