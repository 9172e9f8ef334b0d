/**
 * Sends the captures, voids and refunds that follow the payments of a run, as an operator's program
 * would: with a key, and again with the same key until there is an answer.
 */
import { seededRandom } from '../../shared/random.js';
import type { RequestRecord } from '../record/history.js';
import { wallMs, type PaymentClient, type PaymentOrder } from './client.js';
import { RequestsInFlight } from './in-flight.js';
import { chooseLife, type Life } from './lives.js';

/** Longest pause between a payment and its first operation, ms. */
const PAUSE_MS = 3_000;

interface Followed {
  life: Life;
  amountMinor: number;
}

export class FollowUps {
  /** The records of the operations. */
  readonly records: RequestRecord[] = [];
  private readonly due = new Map<string, Followed>();
  private readonly open = new RequestsInFlight();

  /**
   * @param client of an operator, which retries. @param percent of the payments that have a
   *   refund or a void. @param pause waits so many ms.
   */
  constructor(
    private readonly client: PaymentClient,
    private readonly percent: number,
    private readonly pause: (ms: number) => Promise<void>,
  ) {}

  /** The order of payment `index`, changed when its money is only to be held. */
  prepare(order: PaymentOrder, index: number): PaymentOrder {
    const life = chooseLife(index, this.percent);
    if (life === null) return order;
    this.due.set(order.key, { life, amountMinor: order.amountMinor });
    return life.isAuthorization ? { ...order, capture: 'manual' } : order;
  }

  /** Begins the operations of a payment that succeeded. */
  onRecord({ key, paymentId, status, trial }: RequestRecord): void {
    const followed = this.due.get(key);
    this.due.delete(key);
    if (followed && paymentId !== null && status === 'SUCCEEDED')
      this.open.add(this.follow(key, paymentId, followed, trial));
  }

  /** Resolves when all operations have an answer, or were given up. */
  waitUntilDone(): Promise<void> {
    return this.open.waitUntilEmpty();
  }

  private async follow(
    key: string,
    id: string,
    { life, amountMinor }: Followed,
    trial: number,
  ): Promise<void> {
    await this.pause(seededRandom(0, `pause-${key}`).below(PAUSE_MS));
    for (const [place, group] of life.steps.entries()) {
      const sent = group.map(async ({ path, share }, copy) => {
        const order = {
          key: `${key}-${path}-${place}${life.hasOneKey ? '' : `-${copy}`}`,
          path: `/api/payments/${id}/${path}`,
          ...(share === undefined ? {} : { amountMinor: Math.round(amountMinor * share) }),
        };
        this.records.push(await this.client.pay(order, trial, wallMs()));
      });
      await Promise.all(sent);
    }
  }
}
