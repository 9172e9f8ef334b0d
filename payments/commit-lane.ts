/**
 * Writes settlements in the order they come, one statement at a time; what comes while one is under way is written together next.
 * A commit waits for the disk, so many small parcels one by one would be bound by it: at 10 ms a commit, 100 a second. Together they
 * cost one wait. (The same idea as group commit in a database, and as the accept lane of patients.)
 */
import { commitOutcomes, deferPayments, type CommitResult, type FencingToken } from '../shared/ledger.js';
import type { Logger } from '../shared/logger.js';
import type { Pool } from '../shared/postgres.js';
import type { FinalOutcome, Wait } from './core/parcel.js';
import { LeadershipLost } from './errors.js';
import { commitGroup, retriesPlanned } from './metrics.js';
import { steadfast } from './steadfast.js';

export interface LaneOptions {
  token: FencingToken;
  pool: Pool;
  signal: AbortSignal;
  logger: Logger;
  onCommit: (result: CommitResult, outcomes: readonly FinalOutcome[]) => void;
  /** Payments were put off; the first is due in `ms`. */
  onWait: (ms: number) => void;
}

interface Entry {
  outcomes: readonly FinalOutcome[];
  waits: readonly Wait[];
  resolve(): void;
  reject(error: unknown): void;
}

/** Payments of one statement, at the most: an election waits for the commit under way. */
const GROUP_MAX = 500;

export class CommitLane {
  private queue: Entry[] = [];
  private writing = false;

  constructor(private readonly options: LaneOptions) {}

  /** Resolves when it is written. @throws LeadershipLost when the fence refused; AbortError when the term was called off. */
  write(outcomes: readonly FinalOutcome[], waits: readonly Wait[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.push({ outcomes, waits, resolve, reject });
      if (!this.writing) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.writing = true;
    while (this.queue.length > 0) {
      const group = this.takeGroup();
      try {
        await this.writeGroup(group);
        for (const entry of group) entry.resolve();
      } catch (error) {
        // Whatever comes later must not overtake what failed: the lane ends with the first failure, and the term with it.
        for (const entry of [...group, ...this.queue.splice(0)]) entry.reject(error);
      }
    }
    this.writing = false;
  }

  private takeGroup(): Entry[] {
    let size = 0;
    const end = this.queue.findIndex(({ outcomes, waits }, index) => (size += outcomes.length + waits.length) > GROUP_MAX && index > 0);
    return this.queue.splice(0, end < 0 ? this.queue.length : end);
  }

  private async writeGroup(group: readonly Entry[]): Promise<void> {
    const { token, pool, signal, logger, onCommit, onWait } = this.options;
    const outcomes = group.flatMap((entry) => entry.outcomes);
    const waits = group.flatMap((entry) => entry.waits);
    if (outcomes.length > 0) {
      commitGroup.observe(outcomes.length);
      const result = await steadfast(() => commitOutcomes(pool, token, outcomes), signal, logger);
      this.refuseWhenLost(result);
      onCommit(result, outcomes);
    }
    if (waits.length > 0) {
      this.refuseWhenLost(await steadfast(() => deferPayments(pool, token, waits), signal, logger));
      retriesPlanned.inc(waits.length);
      onWait(Math.min(...waits.map(({ waitMs }) => waitMs)));
    }
  }

  private refuseWhenLost(result: CommitResult): void {
    if (!result.held) throw new LeadershipLost(this.options.token.term);
  }
}
