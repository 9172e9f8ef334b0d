/**
 * A whole system and the console of its monitor, for browser tests: opens the console signed in,
 * acts, waits until all is healthy.
 */
import { beforeAll } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Status } from '../../shared/contracts/status.js';
import type { Election } from '../../monitor/http/schemas.js';
import type { useBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import type { PageOptions } from '../support/page-profile.js';
import { startTestSystem, type TestSystem } from '../support/system.js';

export const PATIENCE_MS = 60_000;
export const HOSTILE =
  '<img src=x onerror=alert(1)>"\'=1+1 {{7*7}} </script><script>alert(2)</script>';

/**
 * For monitors of a healthy leader that must remain on a busy machine: elections that no test
 * causes would become an alert.
 */
export const CALM = { BEAT_TIMEOUT_MS: '2000', DOUBT_MS: '60000' };

export interface ConsoleStage {
  readonly system: TestSystem;
  readonly url: string;
  status: () => Promise<Status>;
  elections: () => Promise<Election[]>;
  /** Waits until all replicas are alive and one leads. @returns the leader. */
  settled: () => Promise<string>;
  /** Opens a page of the console, signed in. */
  open: (options?: PageOptions, path?: string) => Promise<Page>;
  /**
   * Presses a button, enters a reason, and waits for the outcome. @returns the text of the banner.
   */
  act: (page: Page, action: string, replica: string | null, reason?: string) => Promise<string>;
}

async function actOn(
  page: Page,
  action: string,
  replica: string | null,
  reason = 'a browser test',
): Promise<string> {
  await page.click(
    replica === null ? '#handover' : `button[data-action=${action}][data-replica=${replica}]`,
  );
  await page.fill('#deed-reason', reason);
  await page.waitForSelector('#deed-do:not([disabled])');
  await page.click('#deed-do');
  await page.waitForSelector('#banner.good, #banner.bad');
  return (await page.textContent('#banner .state')) ?? '';
}

/**
 * Presses a button that opens the dialog, and confirms. @param check is called before the
 * confirmation. @returns the text of the banner, which is closed again.
 */
export async function confirmDeed(
  page: Page,
  button: string,
  reason: string,
  check?: () => Promise<unknown>,
): Promise<string> {
  await page.click(button);
  await page.fill('#deed-reason', reason);
  await check?.();
  await page.waitForSelector('#deed-do:not([disabled])');
  await page.click('#deed-do');
  await page.waitForSelector('#banner.good');
  const text = (await page.textContent('#banner .state')) ?? '';
  await page.click('#banner button');
  return text;
}

export function useConsole(browser: ReturnType<typeof useBrowser>): ConsoleStage {
  let system: TestSystem;
  let url: string;

  const status = async (): Promise<Status> =>
    (await fetch(`${url}/status`)).json() as Promise<Status>;
  const elections = async (): Promise<Election[]> =>
    ((await (await fetch(`${url}/elections`)).json()) as { elections: Election[] }).elections;
  const settled = (): Promise<string> =>
    eventually(
      async () => {
        const {
          replicas,
          partitions: [partition],
        } = await status();
        const all =
          replicas.length === 3 &&
          replicas.every(({ observed, admin }) => observed === 'alive' && admin === 'ready');
        return all && partition?.phase === 'watching' ? partition.leader : null;
      },
      { what: 'three replicas that are alive and ready, and a leader' },
    );

  async function open(options: PageOptions = {}, path = '/'): Promise<Page> {
    const page = await browser.page(options);
    await page.goto(`${url}/session?next=${encodeURIComponent(path)}`);
    await page.fill('#name', 'Ana <b>');
    await page.fill('#token', system.tokens.operator);
    await page.click('button.primary');
    await page.waitForURL(url + path);
    if (path === '/') await page.waitForSelector('#link.live');
    return page;
  }

  beforeAll(async () => {
    system = await startTestSystem({ env: CALM, supervise: true });
    url = system.process('monitor_1').url;
    await settled();
  }, 180_000);

  return {
    get system() {
      return system;
    },
    get url() {
      return url;
    },
    status,
    elections,
    settled,
    open,
    act: actOn,
  };
}
