/** Clients who pay, one payment after the other each, until they are told to stop; what they were told is kept. */
import type { RequestRecord } from '../../experiments/history.js';
import { createPaymentClient } from '../../experiments/traffic/client.js';
import { eventually } from '../support/eventually.js';
import { PATIENCE_MS } from './patience.js';

export interface LoadTarget {
  /** Instances of patients, asked in turn. */
  urls: readonly string[];
  token: string;
  /** Ids of those who can pay. */
  patients: readonly string[];
}

export interface LoadOptions {
  clients?: number;
  /** Few, so that several payments of one patient are under way at once: their order is judged. */
  patients?: number;
}

const WAIT_MS = 30_000;

export class Load {
  readonly requests: RequestRecord[] = [];
  private stopped = false;
  private readonly done: Promise<unknown>;

  constructor(target: LoadTarget, { clients = 8, patients = 3 }: LoadOptions) {
    const client = createPaymentClient(target.urls, target.token, WAIT_MS);
    let count = 0;
    const keepPaying = async (): Promise<void> => {
      while (!this.stopped) {
        const number = count++;
        const patientId = target.patients[number % patients] as string;
        const order = { key: `load-${process.hrtime.bigint()}-${number}`, patientId, amountMinor: 100 + number, currency: 'USD' };
        this.requests.push(await client.pay(order, 0, performance.timeOrigin + performance.now()));
      }
    };
    this.done = Promise.all(Array.from({ length: clients }, keepPaying)).finally(() => client.close());
  }

  get succeeded(): number {
    return this.requests.filter(({ status }) => status === 'SUCCEEDED').length;
  }

  /** Those that were not told SUCCEEDED. */
  get unsuccessful(): RequestRecord[] {
    return this.requests.filter(({ status }) => status !== 'SUCCEEDED');
  }

  /** Waits for `count` more payments that succeed. */
  async flows(count = 30): Promise<void> {
    const goal = this.succeeded + count;
    await eventually(() => this.succeeded >= goal, { what: `${count} more payments to succeed`, deadlineMs: PATIENCE_MS });
  }

  /** Lets everybody finish. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }
}
