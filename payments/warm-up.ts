/**
 * Keeps a replica warm: at intervals it runs the first steps of a new leader, with no data. That
 * keeps the connections open (an idle one is closed after ten seconds, and opening one takes ten
 * milliseconds), the statements prepared and the code executed once before a failover. It changes
 * nothing, because it names no payment and no term.
 */
import { markElection } from '../shared/postgres/election-marks.js';
import { commitOutcomes, deferPayments, loadParcel } from '../shared/postgres/ledger.js';
import type { Database, QueueAccess } from './dependencies.js';
import { peekParcels } from './prefetch.js';

export interface WarmUpOptions {
  partition: number;
  id: string;
  database: Database;
  queue: QueueAccess;
}

/** Well below the ten seconds after which an idle connection is closed, ms. */
const INTERVAL_MS = 3_000;
/** No leader has this term: terms begin at 1. */
const NO_TERM = 0;

export class WarmUp {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly options: WarmUpOptions) {}

  /** Resolves after the first round. */
  async start(): Promise<void> {
    await this.warmUp();
    if (!this.stopped) this.timer = setTimeout(() => void this.start(), INTERVAL_MS);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Ignores failures: the next round may succeed. */
  private async warmUp(): Promise<void> {
    const { partition, id, database, queue } = this.options;
    const { loads, commits, background } = database;
    const token = { partition, term: NO_TERM, leader: id };
    await Promise.allSettled([
      loadParcel(loads, { partition, ids: [], limit: 1, afterSeq: new Map() }),
      commitOutcomes(commits, token, []).then(() => deferPayments(commits, token, [])),
      markElection(background, token, {}),
      queue.parcels.use((bull) => peekParcels(bull, queue.redis, 1)),
    ]);
  }
}
