/**
 * Sends the captures, voids and refunds that follow the payments of a run, as an operator's program
 * would: with a key, and again with the same key until there is an answer. A payment without an
 * outcome in time is repeated with its key first.
 */
import { seededRandom } from '../../shared/random.js';
import type { RequestRecord } from '../record/history.js';
import { wallMs, type PaymentClient, type PaymentOrder } from './client.js';
import { RequestsInFlight } from './in-flight.js';
import { chooseLife, type Life } from './lives.js';
import { worthRetrying } from './retrying-client.js';

/** Longest pause between a payment and its first operation, ms. */
const PAUSE_MS = 3_000;

interface Followed {
  life: Life;
  order: PaymentOrder;
}

export interface FollowUpOptions {
  /** Repeats a payment that had no outcome in time, with its key. */
  payer: PaymentClient;
  /** An operator's client, which retries. */
  operator: PaymentClient;
  /** Share of the payments that have a refund or a void. */
  percent: number;
  /** Waits so many ms. */
  pause: (ms: number) => Promise<void>;
}

export class FollowUps {
  /** The records of the operations. */
  readonly records: RequestRecord[] = [];
  private readonly due = new Map<string, Followed>();
  private readonly open = new RequestsInFlight();

  constructor(private readonly options: FollowUpOptions) {}

  /** The order of payment `index`, changed when its money is only to be held. */
  prepare(order: PaymentOrder, index: number): PaymentOrder {
    const life = chooseLife(index, this.options.percent);
    if (life === null) return order;
    const sent: PaymentOrder = life.isAuthorization ? { ...order, capture: 'manual' } : order;
    this.due.set(order.key, { life, order: sent });
    return sent;
  }

  /** Begins the operations of a payment, as soon as it has succeeded. */
  onRecord(record: RequestRecord): void {
    const followed = this.due.get(record.key);
    this.due.delete(record.key);
    if (followed) this.open.add(this.follow(record, followed));
  }

  /** Resolves when all operations have an answer, or were given up. */
  waitUntilDone(): Promise<void> {
    return this.open.waitUntilEmpty();
  }

  private async follow(record: RequestRecord, { life, order: paid }: Followed): Promise<void> {
    const { payer, operator, pause } = this.options;
    const { key, trial } = record;
    const { paymentId: id, status } = worthRetrying(record)
      ? await payer.pay(paid, trial, wallMs())
      : record;
    if (id === null || status !== 'SUCCEEDED') return;
    await pause(seededRandom(0, `pause-${key}`).below(PAUSE_MS));
    for (const [place, group] of life.steps.entries()) {
      const sent = group.map(async ({ path, share }, copy) => {
        const order = {
          key: `${key}-${path}-${place}${life.hasOneKey ? '' : `-${copy}`}`,
          path: `/api/payments/${id}/${path}`,
          ...(share === undefined ? {} : { amountMinor: Math.round(paid.amountMinor * share) }),
        };
        this.records.push(await operator.pay(order, trial, wallMs()));
      });
      await Promise.all(sent);
    }
  }
}
