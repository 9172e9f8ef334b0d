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

  async function pay(count: number): Promise<void> {
    const { ok, status } = await fetch(`${system.process('patients_1').url}/api/batches`, {
      method: 'POST',
      headers: {
        'authorization': `Bearer ${system.tokens.api}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      body: JSON.stringify({ count, timeoutMs: 0 }),
    });
    if (!ok) throw new Error(`a batch was answered with ${status}`);
  }
  /** Sends batches until the undo. */
  function keepPaying(count: number): () => Promise<void> {
    let isOver = false;
    const sending = (async () => {
      while (!isOver) await pay(count);
    })();
    return async () => {
      isOver = true;
      await sending;
    };
  }
  /** Kills the leader, and waits for another. */
  async function loseLeader(): Promise<void> {
    const lost = await leader();
    system.process(lost).kill('SIGKILL');
    await eventually(async () => ![lost, ''].includes(await leader()), { what: 'another leader' });
    await eventually(() => system.process(lost).up, { what: `${lost} runs again` });
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
    [
      'all replicas are dead',
      /^No replica leads/,
      /Start a replica/,
      async () => {
        const undo = await Promise.all(system.replicas.map(({ name }) => stop(name)));
        return () => Promise.all(undo.map((start) => start()));
      },
    ],
    [
      'the leader dies again and again',
      /^The leadership changed \d+ times/,
      /reasons of the elections/,
      async () => {
        for (let count = 0; count < 4; count += 1) await loseLeader();
        // Ten minutes later.
        return () =>
          sql(
            `SET session_replication_role = replica; UPDATE election SET elected_at = elected_at - interval '10 minutes'`,
          );
      },
    ],
    [
      'the backlog grows',
      /^The backlog grows/,
      /Find the slow part/,
      async () => {
        await gateway({ slowMs: 5_000 });
        const end = keepPaying(1_000);
        return async () => {
          await gateway({});
          await end();
        };
      },
    ],
    [
      'the gateway is slow',
      /^Half of the calls to the gateway take/,
      /operator of the gateway/,
      async () => {
        await gateway({ slowMs: 2_000 });
        await pay(100);
        return () => gateway({});
      },
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
