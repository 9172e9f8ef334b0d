/**
 * The nodes of a replicated PostgreSQL and of a Redis group in the topology of the console: a real
 * system with `--standby`. Without standbys, the lanes have one node each (console.test.ts).
 */
import { beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Status } from '../../shared/contracts/status.js';
import { describeInBrowser, useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { checkBothSchemes } from '../support/page-checks.js';
import { startTestSystem, type TestSystem } from '../support/system.js';
import { describeWith } from '../support/tools.js';

/** A busy machine may fail over again meanwhile. */
const WHOLE_MS = 120_000;

describeWith('patroni', 'standbys in the console', () => {
  describeInBrowser('of a whole system', () => {
    const browser = useBrowser();
    let system: TestSystem;
    let url: string;

    const readStatus = async (): Promise<Status> =>
      (await (await fetch(`${url}/status`)).json()) as Status;

    beforeAll(async () => {
      system = await startTestSystem({
        ...{ record: 'cluster', queue: 'group' },
        ...{ replicas: 1, gateway: 'simulated', supervise: true },
      });
      ({ url } = system.process('monitor_1'));
    }, 240_000);

    async function open(width: number): Promise<Page> {
      const page = await browser.page({ width });
      await page.goto(url);
      await page.waitForSelector('#link.live');
      return page;
    }

    /** The node of a lane, once it has all these texts. */
    const waitForNode = (page: Page, lane: string, ...texts: string[]): Promise<unknown> => {
      const has = texts.map((text) => `:has-text("${text}")`).join('');
      return page.waitForSelector(`ul[data-lane=${lane}] li${has}`, { timeout: WHOLE_MS });
    };

    test('every database node has its role, and etcd its majority', async () => {
      const page = await open(1280);
      await waitForNode(page, 'database', 'running', 'primary', 'timeline');
      await waitForNode(page, 'database', 'running', 'synchronous standby');
      await waitForNode(page, 'database', 'etcd', '3 of 3', 'leads');
      const names = page.locator('ul[data-lane=database] li strong');
      for (const name of ['postgres_1', 'postgres_2', 'postgres_3'])
        expect(await names.allTextContents()).toContain(name);
    }, 180_000);

    test('every Redis server has its role, and the Sentinels their quorum', async () => {
      const page = await open(1280);
      await waitForNode(page, 'queue', 'running', 'primary');
      await waitForNode(page, 'queue', 'running', 'replica');
      await waitForNode(page, 'queue', 'sentinel', '3 of 3', 'quorum 2');
      const names = page.locator('ul[data-lane=queue] li strong');
      for (const name of ['redis_1', 'redis_2', 'redis_3'])
        expect(await names.allTextContents()).toContain(name);
    }, 180_000);

    test('a frozen Redis server, a replica or the primary, is shown by its name', async () => {
      const findServer = (isPrimary: boolean): Promise<string> =>
        eventually(
          async () => {
            const servers = (await readStatus()).redisGroup?.servers ?? [];
            const isWhole = servers.every((server) => server.isPrimary || server.link === 'up');
            return isWhole ? servers.find((server) => server.isPrimary === isPrimary)?.name : null;
          },
          { what: 'servers that follow the primary', deadlineMs: WHOLE_MS },
        );
      const page = await open(1280);
      for (const isPrimary of [false, true]) {
        const name = await findServer(isPrimary);
        const frozen = system.process(name);
        try {
          frozen.freeze();
          await waitForNode(page, 'queue', name, 'no answer');
        } finally {
          frozen.thaw();
        }
        await waitForNode(page, 'queue', name, 'running', 'replica');
      }
    }, 300_000);

    test.each([1280, 390])(
      '%i px wide, a frozen standby is shown, accessible in both schemes',
      async (width) => {
        const standby = await eventually(
          async () => {
            const nodes = (await readStatus()).record?.nodes ?? [];
            const isWhole = nodes.every(({ role, streaming }) => role === 'primary' || streaming);
            return isWhole ? nodes.find(({ role }) => role === 'standby')?.name : null;
          },
          { what: 'standbys that follow', deadlineMs: WHOLE_MS },
        );
        const frozen = system.process(standby.replace('postgres', 'patroni'));
        try {
          frozen.freeze();
          const page = await open(width);
          await waitForNode(page, 'database', standby, 'no answer');
          await checkBothSchemes(page, 'console-standby');
        } finally {
          frozen.thaw();
        }
      },
      240_000,
    );
  });
});
