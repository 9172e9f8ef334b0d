/**
 * Charges that the successor of a planned hand-over began before its term. A charge of the term
 * that has the same order takes the reply of the early one, instead of a second call.
 */
import type { ChargeOrder, Gateway, Reply } from '../core/gateway.js';

const isSame = (one: ChargeOrder, other: ChargeOrder): boolean =>
  one.patientId === other.patientId &&
  one.amountMinor === other.amountMinor &&
  one.currency === other.currency &&
  (one.kind ?? 'charge') === (other.kind ?? 'charge');

/** Only a decision of the gateway counts; the term repeats a call that has none. */
const isDecision = (reply: Reply | null): reply is Reply =>
  reply !== null && (reply.kind === 'approved' || reply.kind === 'declined');

/** Waits for a reply. @throws the reason of `signal` when it fires first. */
async function awaitReply<T>(reply: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop);
  });
  return Promise.race([reply, aborted]).finally(() => signal.removeEventListener('abort', stop));
}

export class EarlyCharges {
  private readonly begun = new Map<string, { order: ChargeOrder; reply: Promise<Reply | null> }>();
  private abort = new AbortController();
  /** The gateway of the terms. */
  readonly gateway: Gateway;

  constructor(private readonly target: Gateway) {
    this.gateway = {
      charge: (order, signal) => this.charge(order, signal),
      lookup: (order, signal) => target.lookup(order, signal),
      cancel: (order, signal) => (this.begun.delete(order.key), target.cancel(order, signal)),
      reachable: () => target.reachable(),
    };
  }

  has(key: string): boolean {
    return this.begun.has(key);
  }

  begin(order: ChargeOrder): void {
    const reply = this.target.charge(order, this.abort.signal).catch(() => null);
    this.begun.set(order.key, { order, reply });
  }

  /** Cancels the calls and forgets the replies: another replica leads. */
  drop(): void {
    this.abort.abort();
    this.abort = new AbortController();
    this.begun.clear();
  }

  private charge(order: ChargeOrder, signal: AbortSignal): Promise<Reply> {
    const early = this.begun.get(order.key);
    if (early === undefined) return this.target.charge(order, signal);
    this.begun.delete(order.key);
    return isSame(early.order, order)
      ? this.takeReply(early.reply, order, signal)
      : this.target.charge(order, signal);
  }

  private async takeReply(
    early: Promise<Reply | null>,
    order: ChargeOrder,
    signal: AbortSignal,
  ): Promise<Reply> {
    const reply = await awaitReply(early, signal);
    return isDecision(reply) ? reply : this.target.charge(order, signal);
  }
}
