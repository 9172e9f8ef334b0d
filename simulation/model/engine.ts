/**
 * The common part of PostgreSQL, Redis and the gateway: they serve calls, may be slow, and may lose
 * an answer after the effect.
 */
import type { Exchange, Network } from './network.js';
import { Process } from './process.js';
import type { World } from './world.js';

/** Share of slow calls while the engine is slow; other calls overtake them. */
const SLOW_SHARE = 0.4;

export class Engine extends Process {
  /** Slow calls wait up to this time before they have an effect, in ms. */
  slowMs = 0;
  /** Share of answers that are lost. */
  loseAnswers = 0;

  constructor(
    world: World,
    protected readonly network: Network,
    name: string,
    node: number,
  ) {
    super(world, name, node);
  }

  /** @param onResult null: no answer, so the effect is unknown. */
  ask<T>(
    caller: Process,
    timeoutMs: number,
    what: string,
    run: () => T,
    onResult: (answer: T | null, refused: boolean) => void,
  ): void {
    this.network.call<T>(
      caller,
      this,
      timeoutMs,
      (exchange) => this.serve(exchange, what, run),
      (answer, silence) => onResult(answer, silence === 'refused'),
    );
  }

  private serve<T>(exchange: Exchange<T>, what: string, run: () => T): void {
    const { chance } = this.world;
    const isSlow = this.slowMs > 0 && chance.occurs(SLOW_SHARE);
    if (isSlow) this.in(chance.below(this.slowMs), () => this.answer(exchange, what, run));
    else this.answer(exchange, what, run);
  }

  private answer<T>(exchange: Exchange<T>, what: string, run: () => T): void {
    const answer = run();
    if (this.world.chance.occurs(this.loseAnswers))
      this.world.log?.(this.name, `loses its answer to ${what}`);
    else exchange.reply(answer);
  }
}
