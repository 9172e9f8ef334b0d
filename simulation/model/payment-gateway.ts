/**
 * A gateway with its own ledger, like gateway/: money moves at most once per key; a key can be
 * queried, and closed before its charge. The gateway may be down (and answer so), limit the rate,
 * be unreachable, be slower than every time-out, decline, or lose its answer after the charge. It
 * carries every order out, also one that its payment does not allow: the checks of the database
 * must suffice, because a gateway need not have its own.
 */
import type { Reply } from '../../payments/core/gateway.js';
import type { Call } from '../../payments/core/attempt.js';
import type { Checks } from '../invariants/checks.js';
import { Engine } from './engine.js';
import type { Exchange, Network } from './network.js';
import type { Process } from './process.js';
import type { World } from './world.js';

/** Longest wait for one answer, in ms. */
const TIMEOUT_MS = 80;
/** Usual longest duration of a charge, in ms. */
const LATENCY_MS = 20;
const ABSENT: Reply = { kind: 'absent' };
const UNKNOWN: Reply = { kind: 'unknown', error: 'no answer' };
/** Its refusals: each states that nothing happened. The fault `refuse` chooses one. */
const REFUSALS: readonly Reply[] = [
  { kind: 'unavailable', error: 'gateway answered 503' },
  { kind: 'limited', error: 'gateway answered 429', retryAfterMs: 50 },
  { kind: 'unsent', error: 'ECONNREFUSED' },
];
const UNSENT = REFUSALS[2] as Reply;
/** A charge that ends like this was no attempt. */
const isNoAttempt = ({ kind }: Reply): boolean => kind === 'limited' || kind === 'unsent';

export interface GatewayCall {
  ask: Call['ask'];
  key: string;
  payment: string;
  /** Whether an attempt begins with it. */
  isFirst: boolean;
}

export class PaymentGateway extends Engine {
  /** Refuses everything with this reply; null: the gateway works. */
  refusal: Reply | null = null;
  private readonly ledger = new Map<string, Reply>();

  constructor(
    world: World,
    network: Network,
    node: number,
    private readonly checks: Checks,
    /** Share of keys that are declined. */
    private readonly declineRatio: number,
  ) {
    super(world, network, 'gateway', node);
  }

  /** @param way index of the refusal. @returns a function that ends the refusals. */
  refuse(way: number): () => void {
    this.refusal = REFUSALS[way % REFUSALS.length] as Reply;
    return () => {
      this.refusal = null;
    };
  }

  /** Sends one call. The gateway knows only the key; `payment` is for the checks. */
  call(
    caller: Process,
    { ask, key, payment, isFirst }: GatewayCall,
    settle: (reply: Reply) => void,
  ): void {
    this.checks.payments.asks(payment);
    this.network.call<Reply>(
      caller,
      this,
      TIMEOUT_MS,
      (exchange) => this.serveCall(ask, key, payment, exchange),
      (heard, silence) => {
        const reply = heard ?? (silence === 'refused' ? UNSENT : UNKNOWN);
        const isAttempt = ask === 'charge' ? !isNoAttempt(reply) : isFirst;
        if (isAttempt) this.checks.payments.checkAttempt(payment);
        settle(reply);
      },
    );
  }

  private serveCall(
    ask: Call['ask'],
    key: string,
    payment: string,
    exchange: Exchange<Reply>,
  ): void {
    if (this.refusal) return exchange.reply(this.refusal);
    if (ask === 'lookup') return exchange.reply(this.ledger.get(key) ?? ABSENT);
    if (ask === 'cancel') return exchange.reply(this.record(key, { kind: 'cancelled' }));
    const { chance } = this.world;
    this.in(chance.below(LATENCY_MS) + (this.slowMs > 0 ? chance.below(this.slowMs) : 0), () =>
      this.charge(key, payment, exchange),
    );
  }

  private charge(key: string, payment: string, exchange: Exchange<Reply>): void {
    const { chance, log } = this.world;
    const isNew = !this.ledger.has(key);
    const reply = this.record(key, this.decide(key));
    if (isNew && reply.kind === 'approved') {
      log?.(this.name, `charges ${key}`);
      this.checks.payments.moneyMoved(payment);
    }
    if (!chance.occurs(this.loseAnswers)) return exchange.reply(reply);
    log?.(this.name, `loses its answer about ${key}`);
  }

  private record(key: string, reply: Reply): Reply {
    const known = this.ledger.get(key);
    if (known) return known;
    this.ledger.set(key, reply);
    return reply;
  }

  /** A function of the key alone, like the real one. */
  private decide(key: string): Reply {
    const share = ((Number(key.replace(/\D+/g, '')) * 2_654_435_761) >>> 0) / 2 ** 32;
    return share < this.declineRatio
      ? { kind: 'declined', reference: key, reason: 'DECLINED' }
      : { kind: 'approved', reference: key };
  }
}
