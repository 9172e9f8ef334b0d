/**
 * Incidents on a whole system, as an operator sees them: the overview shows the alert by itself, by
 * keyboard one key opens the page with the first action, and the alert clears by itself.
 */
import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { startTestSystem, type TestSystem } from '../support/system.js';

const TEST_MS = 300_000;
const ALERT_MS = 120_000;
const MEGABYTE = 1_000_000;
/** The test file that fills the disk, and the free space below which the alert fires, in MB. */
const FILE_MB = 2_000;

const freeMb = (): number => {
  const { bavail, bsize } = statfsSync(tmpdir());
  return Math.floor((bavail * bsize) / MEGABYTE);
};

/** Presses Tab until the link of the banner has the focus. @returns how often. */
async function focusBanner(page: Page): Promise<number> {
  for (let count = 1; count <= 30; count += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(`document.activeElement?.closest('#health a') !== null`)) return count;
  }
  throw new Error('the link of the banner is not reached by keyboard');
}

describeInBrowser('incidents', () => {
  const browser = useBrowser();
  let system: TestSystem;
  let url: string;
  let filler: string;

  beforeAll(async () => {
    filler = join(tmpdir(), `relevo-filler-${randomUUID()}`);
    system = await startTestSystem({
      patients: 2,
      supervise: true,
      env: { DISK_LEAST_MB: String(freeMb() - FILE_MB / 2) },
    });
    url = system.process('monitor_1').url;
    await eventually(async () => (await openAlerts()).length === 0, {
      what: 'a system without alerts',
      deadlineMs: ALERT_MS,
    });
  }, TEST_MS);
  afterAll(() => rmSync(filler, { force: true }));

  async function openAlerts(): Promise<string[]> {
    const answer = await fetch(`${url}/alerts/open`);
    return ((await answer.json()) as { open: { text: string }[] }).open.map(({ text }) => text);
  }
  async function gateway(faults: object): Promise<void> {
    await fetch(`${system.gateway?.url}/faults`, {
      method: 'POST',
      headers: {
        'authorization': `Bearer ${system.tokens.internal}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(faults),
    });
  }
  async function sql(text: string): Promise<void> {
    const client = new pg.Client({ connectionString: system.databaseUrl });
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  }
  async function redis(...command: [string, ...string[]]): Promise<void> {
    const client = new Redis(system.redisUrl);
    try {
      await client.call(...command);
    } finally {
      client.disconnect();
    }
  }
  const leader = async (): Promise<string> => {
    const { partitions } = (await (await fetch(`${url}/status`)).json()) as {
      partitions: { leader: string }[];
    };
    return partitions[0]?.leader ?? '';
  };
  /** Kills a process that does not start again until the undo. */
  async function stop(name: string): Promise<() => Promise<unknown>> {
    const process = system.process(name);
    process.supervised = false;
    process.kill('SIGKILL');
    await process.exited;
    return async () => {
      await process.start();
      process.supervised = true;
    };
  }

  type Undo = () => Promise<unknown>;
  const readOnly = (value: string): Promise<unknown> =>
    sql(`ALTER SYSTEM SET default_transaction_read_only = ${value}`).then(() =>
      sql('SELECT pg_reload_conf()'),
    );

  test.each<[title: string, alert: RegExp, action: RegExp, cause: () => Promise<Undo>]>([
    [
      'the leader is dead',
      /^server_\d does not answer/,
      /replica|process/i,
      async () => stop(await leader()),
    ],
    ['an instance is lost', /^patients_2 does not answer/, /./, () => stop('patients_2')],
    [
      'the gateway is down',
      /^No replica reaches the gateway/,
      /Check the gateway/,
      async () => {
        await gateway({ down: true });
        return () => gateway({});
      },
    ],
    [
      'Redis refuses writes',
      /^Redis does not answer/,
      /free its memory/,
      async () => {
        await redis('CONFIG', 'SET', 'maxmemory', '1');
        return () => redis('CONFIG', 'SET', 'maxmemory', '0');
      },
    ],
    [
      'the database is read-only',
      /refuses writes; no payment is accepted/,
      /make it writable/,
      async () => {
        await readOnly('on');
        return () => readOnly('off');
      },
    ],
    [
      'the disk is nearly full',
      /^The disk has less than \d+ MB free/,
      /enlarge the disk/,
      async () => {
        execFileSync('fallocate', ['-l', `${FILE_MB}MB`, filler]);
        return async () => rmSync(filler);
      },
    ],
  ])(
    '%s: the overview shows it, one key opens the first action, and it clears by itself',
    async (_title, alert, action, cause) => {
      const page = await browser.page();
      browser.watch(page).expects(/Failed to load resource/);
      await page.goto(url);
      await page.waitForSelector('#link.live');
      const undo = await cause();
      try {
        await eventually(async () => (await openAlerts()).some((text) => alert.test(text)), {
          what: `the alert ${alert.source}`,
          deadlineMs: ALERT_MS,
        });
        await page.waitForSelector('#health:not([hidden])');
        await eventually(
          async () =>
            (await page.locator('#health li').allTextContents()).some((text) => alert.test(text)),
          { what: 'the alert in the banner' },
        );
        await focusBanner(page);
        await page.keyboard.press('Enter');
        await page.waitForURL(/\/alerts\.html$/);
        const rows = await page.locator('section[aria-labelledby=open-title] tbody tr').all();
        const texts = await Promise.all(rows.map((row) => row.innerText()));
        expect(texts.filter((text) => action.test(text)).length).toBeGreaterThan(0);
      } finally {
        await undo();
      }
      await page.goto(url);
      await page.waitForSelector('#health', { state: 'hidden', timeout: ALERT_MS });
    },
    TEST_MS,
  );
});
