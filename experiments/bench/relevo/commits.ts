/**
 * Determines when Relevo's last payment was committed, by the outcome events. The leader sends one
 * event per commit, after the commit is durable. The rows contain the time at which the commit
 * statement *began*, which is slightly earlier; therefore the event counts, to Relevo's
 * disadvantage.
 */
import type { Redis } from 'ioredis';
import type { OutcomeMessage } from '../../../shared/contracts/outcome.js';
import { openRedis } from '../../../shared/queue/connect-redis.js';
import { outcomeChannel } from '../../../shared/queue/queue.js';

/** The services' default. */
const PREFIX = 'relevo';

/** Wall clock with fractions, ms since 1970. */
export const wallMs = (): number => performance.timeOrigin + performance.now();

export class Commits {
  private count = 0;
  private waiting: {
    count: number;
    resolve(atMs: number): void;
    reject(reason: unknown): void;
  } | null = null;

  private constructor(
    private readonly redis: Redis,
    private readonly signal: AbortSignal,
  ) {
    redis.on('message', (_channel, text) => {
      const message = JSON.parse(text) as OutcomeMessage;
      if ('ids' in message) this.take(message.ids.length);
    });
    signal.addEventListener('abort', this.giveUp, { once: true });
  }

  static async listen(redisUrl: string, signal: AbortSignal): Promise<Commits> {
    const redis = openRedis(redisUrl, { maxRetriesPerRequest: null });
    redis.on('error', () => undefined);
    const commits = new Commits(redis, signal);
    await redis.subscribe(outcomeChannel(PREFIX));
    return commits;
  }

  /**
   * Resolves with the wall clock, ms, when `count` payments were committed since `listen`. @throws
   * the signal's reason.
   */
  waitForCount(count: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.waiting = { count, resolve, reject };
      if (this.signal.aborted) this.giveUp();
      else this.take(0);
    });
  }

  close(): void {
    this.signal.removeEventListener('abort', this.giveUp);
    this.redis.disconnect();
  }

  private readonly giveUp = (): void => this.waiting?.reject(this.signal.reason);

  private take(payments: number): void {
    this.count += payments;
    if (!this.waiting || this.count < this.waiting.count) return;
    this.waiting.resolve(wallMs());
    this.waiting = null;
  }
}
