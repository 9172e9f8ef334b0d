/**
 * Who leads, for those who cannot wait: while PostgreSQL is away or slow the last answer stands. Also what a progress line shows.
 */
import { sleep } from '../shared/clock.js';
import type { Laboratory } from './laboratory.js';
import type { Leader } from './subject.js';

/** An answer that takes longer is not waited for, ms. */
const PATIENCE_MS = 300;
const LOOK_MS = 1_000;

export class LeaderWatch {
  private latest: Leader = { leader: null, term: 0 };
  private readonly timer: NodeJS.Timeout;
  private asking: Promise<void> | null = null;

  constructor(private readonly laboratory: Pick<Laboratory, 'leadership'>) {
    this.timer = setInterval(() => void this.look(), LOOK_MS);
  }

  /** As last seen. */
  get last(): Leader { return this.latest; }

  /** Asks now; after `PATIENCE_MS` without an answer the last one counts. @returns null: nobody leads. */
  async ask(): Promise<string | null> {
    await Promise.race([this.look(), sleep(PATIENCE_MS)]);
    return this.latest.leader;
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** One question at a time: a database that does not answer is not asked again and again. */
  private look(): Promise<void> {
    this.asking ??= this.laboratory
      .leadership()
      .then((leader) => void (this.latest = leader), () => undefined)
      .finally(() => (this.asking = null));
    return this.asking;
  }
}
