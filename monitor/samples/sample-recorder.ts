/**
 * Stores a sample every five seconds, and once per minute makes the coarser samples and deletes the
 * old ones. Of several monitors, one writes. While PostgreSQL does not answer, nothing is stored: a
 * gap in the charts.
 */
import type { Logger } from '../../shared/observability/logger.js';
import { PRUNE_SEC, TIERS } from '../core/sample-tiers.js';
import type { SampleRow } from './sample-row.js';
import type { SampleStore } from './sample-store.js';

const STEP_MS = TIERS[0].stepSec * 1_000;
const ROUNDS_PER_ROLL_UP = (PRUNE_SEC * 1_000) / STEP_MS;

export interface SampleRecorderOptions {
  store: Pick<SampleStore, 'add' | 'rollUp'>;
  /** Null: nothing is known yet. */
  read: () => SampleRow | null;
  /** Whether this monitor writes now. */
  isRecorder: () => boolean;
  logger: Logger;
}

export class SampleRecorder {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private rounds = 0;
  private answers = true;

  constructor(private readonly options: SampleRecorderOptions) {}

  start(): void {
    this.timer = setInterval(() => {
      this.running ??= this.record().finally(() => (this.running = null));
    }, STEP_MS);
  }

  /** @returns when no statement is under way. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.running;
  }

  /** Stores one sample. Never rejects. */
  async record(): Promise<void> {
    const { store, read, isRecorder, logger } = this.options;
    const row = isRecorder() ? read() : null;
    if (row === null) return;
    try {
      await store.add(row);
      if (this.rounds % ROUNDS_PER_ROLL_UP === 0) await store.rollUp();
      this.rounds += 1;
      this.answers = true;
    } catch (error) {
      if (this.answers)
        logger.warn(
          { err: { message: (error as Error).message } },
          'cannot store a sample of the status; retrying every five seconds',
        );
      this.answers = false;
    }
  }
}
