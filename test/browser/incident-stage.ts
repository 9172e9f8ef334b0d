/**
 * A whole system for the tests of incidents: ways to cause an incident, and the check that an
 * operator sees it: the overview shows the alert by itself, by keyboard one key opens the page with
 * the first action, and the alert clears by itself.
 */
import { beforeAll, expect } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Page } from 'playwright-core';
import type { SystemOptions } from '../../local/system.js';
import type { TestBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { startTestSystem, type TestSystem } from '../support/system.js';
import { CALM } from './console-stage.js';

export const TEST_MS = 300_000;
const ALERT_MS = 120_000;

/** Ends the cause of an incident. */
export type Undo = () => Promise<unknown>;

export interface Incident {
  /** Text of the alert. */
  alert: RegExp;
  /** First action of an operator. */
  action: RegExp;
  cause: () => Promise<Undo>;
}

/** Presses Tab until the link of the banner has the focus. */
async function focusBanner(page: Page): Promise<void> {
  for (let count = 1; count <= 30; count += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(`document.activeElement?.closest('#health a') !== null`)) return;
  }
  throw new Error('the link of the banner is not reached by keyboard');
}

export class IncidentStage {
  constructor(
    readonly system: TestSystem,
    private readonly browser: TestBrowser,
  ) {}

  private get url(): string {
    return this.system.process('monitor_1').url;
  }

  /** The texts of the alerts that fire. */
  private async openAlerts(): Promise<string[]> {
    const answer = await fetch(`${this.url}/alerts/open`);
    return ((await answer.json()) as { open: { text: string }[] }).open.map(({ text }) => text);
  }

  async leader(): Promise<string> {
    const { partitions } = (await (await fetch(`${this.url}/status`)).json()) as {
      partitions: { leader: string | null }[];
    };
    return partitions[0]?.leader ?? '';
  }

  /** Repeats a request until it is accepted, as clients do while processes start again. */
  private async post(url: string, token: string, body: object): Promise<void> {
    await eventually(() => this.postOnce(url, token, body).then(() => true), {
      what: `an accepted POST ${url}`,
    });
  }

  private async postOnce(url: string, token: string, body: object): Promise<void> {
    const { ok, status } = await fetch(url, {
      method: 'POST',
      headers: {
        'authorization': `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      body: JSON.stringify(body),
    });
    if (!ok) throw new Error(`POST ${url} was answered with ${status}`);
  }

  /** Sets the faults of the gateway; `{}` ends them. */
  gateway(faults: object): Promise<void> {
    return this.post(`${this.system.gateway?.url}/faults`, this.system.tokens.internal, faults);
  }

  pay(count: number): Promise<void> {
    const url = `${this.system.process('patients_1').url}/api/batches`;
    return this.post(url, this.system.tokens.api, { count, timeoutMs: 0 });
  }

  /** Ends the term of the leader in an orderly way. */
  handOver(): Promise<void> {
    const body = { reason: 'an incident has ended' };
    return this.post(`${this.url}/handover`, this.system.tokens.operator, body);
  }

  async sql(text: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.system.databaseUrl });
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  }

  async redis(...command: [string, ...string[]]): Promise<void> {
    const client = new Redis(this.system.redisUrl);
    try {
      await client.call(...command);
    } finally {
      client.disconnect();
    }
  }

  /** Kills a process that does not start again until the undo. */
  async stop(name: string): Promise<Undo> {
    const process = this.system.process(name);
    process.supervised = false;
    process.kill('SIGKILL');
    await process.exited;
    return async () => {
      await process.start();
      process.supervised = true;
    };
  }

  private async withoutAlerts(): Promise<void> {
    const look = async (): Promise<boolean> => {
      const open = await this.openAlerts();
      if (open.length > 0) throw new Error(`open: ${open.join('; ')}`);
      return true;
    };
    await eventually(look, { what: 'a system without alerts', deadlineMs: ALERT_MS });
  }

  private async waitForBanner(page: Page, alert: RegExp): Promise<void> {
    await eventually(
      async () =>
        (await page.locator('#health li').allTextContents()).some((text) => alert.test(text)),
      { what: `the alert ${alert.source} in the banner`, deadlineMs: ALERT_MS },
    );
    await page.waitForSelector('#health:not([hidden])');
  }

  async check({ alert, action, cause }: Incident): Promise<void> {
    await this.withoutAlerts();
    const page = await this.browser.page();
    this.browser.watch(page).expects(/Failed to load resource/);
    await page.goto(this.url);
    await page.waitForSelector('#link.live');
    const undo = await cause();
    try {
      await this.findByKeyboard(page, alert, action);
      // The banner of a new page is hidden until its first poll, so the overview shows it again.
      await page.goto(this.url);
      await this.waitForBanner(page, alert);
    } finally {
      await undo();
    }
    await this.withoutAlerts();
    await page.waitForSelector('#health', { state: 'hidden' });
  }

  private async findByKeyboard(page: Page, alert: RegExp, action: RegExp): Promise<void> {
    await this.waitForBanner(page, alert);
    await focusBanner(page);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/alerts\.html$/);
    const rows = await page.locator('section[aria-labelledby=open-title] tbody tr').all();
    const texts = await Promise.all(rows.map((row) => row.innerText()));
    expect(texts.filter((text) => action.test(text)).length).toBeGreaterThan(0);
  }
}

/** Starts a system for the tests of the file. @returns its stage, for use inside tests. */
export function useIncidents(
  browser: TestBrowser,
  options: () => Partial<SystemOptions>,
): () => IncidentStage {
  let stage: IncidentStage | null = null;
  beforeAll(async () => {
    const given = options();
    const system = await startTestSystem({ ...given, env: { ...CALM, ...given.env } });
    stage = new IncidentStage(system, browser);
  }, TEST_MS);
  return () => {
    if (!stage) throw new Error('the system has not started');
    return stage;
  };
}
