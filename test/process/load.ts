/** Clients that send one payment after another until they are stopped. Records every answer. */
import type { RequestRecord } from '../../experiments/record/history.js';
import { createPaymentClient } from '../../experiments/traffic/client.js';
import { sleep } from '../../shared/clock.js';
import { eventually } from '../support/eventually.js';

export interface LoadTarget {
  /** Instances of patients, used in turn. */
  urls: readonly string[];
  token: string;
  /** Ids of the patients. */
  patients: readonly string[];
}

export interface LoadOptions {
  clients?: number;
  /** Few patients, so that each has several payments in flight and their order can be checked. */
  patients?: number;
  /** Longest wait of a client for an outcome, ms. */
  waitMs?: number;
  /** Between the answer and the next payment of a client, ms. 0: as many payments as possible. */
  pauseMs?: number;
}

const WAIT_MS = 30_000;
/** Some payments are always in flight; more of them would only cost processor time. */
const PAUSE_MS = 50;

export class Load {
  readonly requests: RequestRecord[] = [];
  private stopped = false;
  private readonly done: Promise<unknown>;

  constructor(target: LoadTarget, { clients = 8, patients = 3, ...times }: LoadOptions) {
    const { waitMs = WAIT_MS, pauseMs = PAUSE_MS } = times;
    const client = createPaymentClient(target.urls, target.token, waitMs);
    let count = 0;
    const keepPaying = async (): Promise<void> => {
      while (!this.stopped) {
        const number = count++;
        const patientId = target.patients[number % patients] as string;
        const order = {
          key: `load-${process.hrtime.bigint()}-${number}`,
          patientId,
          amountMinor: 100 + number,
          currency: 'USD',
        };
        this.requests.push(await client.pay(order, 0, performance.timeOrigin + performance.now()));
        if (pauseMs > 0) await sleep(pauseMs);
      }
    };
    this.done = Promise.all(Array.from({ length: clients }, keepPaying)).finally(() =>
      client.close(),
    );
  }

  get succeeded(): number {
    return this.requests.filter(({ status }) => status === 'SUCCEEDED').length;
  }

  /** The requests without the answer SUCCEEDED. */
  get unsuccessful(): RequestRecord[] {
    return this.requests.filter(({ status }) => status !== 'SUCCEEDED');
  }

  /** Waits for `count` more payments that succeed. */
  async flows(count = 30): Promise<void> {
    const goal = this.succeeded + count;
    await eventually(() => this.succeeded >= goal, {
      what: `${count} more payments to succeed`,
    });
  }

  /** Waits until every client has finished its current payment. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }
}
