/**
 * Keeps a replica warm: now and then it does what a new leader does first, with nothing in it. So the connections are open (an idle one
 * is closed after ten seconds, and opening one costs ten milliseconds), the statements are prepared and the code has run before the
 * moment when every millisecond counts. It changes nothing: no payment is named, and no term is.
 */
import type { Redis } from 'ioredis';
import { markElection } from '../shared/election-marks.js';
import type { HealingQueue } from '../shared/healing-queue.js';
import { commitOutcomes, deferPayments, loadParcel } from '../shared/ledger.js';
import type { Pool } from '../shared/postgres.js';
import { peekParcels } from './head-start.js';

export interface RehearsalOptions {
  partition: number;
  id: string;
  loads: Pool;
  commits: Pool;
  aside: Pool;
  queue: HealingQueue;
  redis: Redis;
}

/** Well below the ten seconds after which an idle connection is closed. */
const INTERVAL_MS = 3_000;
/** Terms begin at 1. */
const NO_TERM = 0;

export class Rehearsal {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly options: RehearsalOptions) {}

  /** Resolves after the first one. */
  async start(): Promise<void> {
    await this.rehearse();
    if (!this.stopped) this.timer = setTimeout(() => void this.start(), INTERVAL_MS);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** What is away now is away: the next one may find it. */
  private async rehearse(): Promise<void> {
    const { partition, id, loads, commits, aside, queue, redis } = this.options;
    const token = { partition, term: NO_TERM, leader: id };
    await Promise.allSettled([
      loadParcel(loads, { partition, ids: [], limit: 1, beyond: new Map() }),
      commitOutcomes(commits, token, []).then(() => deferPayments(commits, token, [])),
      markElection(aside, token, {}),
      queue.use((bull) => peekParcels(bull, redis, 1)),
    ]);
  }
}
