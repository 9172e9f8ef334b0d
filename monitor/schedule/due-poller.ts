/**
 * Polls orders of a later time: every second, and at the time of the next one. A failed poll is
 * logged once, and repeated.
 */
import type { Logger } from '../../shared/observability/logger.js';

/** Maximum interval between two polls, ms. */
const POLL_MS = 1_000;
/** Minimum interval, ms: the clock of the database decides, and may be behind. */
const LEAST_MS = 20;

interface PollerOptions {
  /** Resolves with the time until the next order, ms; null: none is pending. */
  poll: () => Promise<number | null>;
  /** The subject of the log message of a failure. */
  subject: string;
  logger: Logger;
}

export class DuePoller {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private stopped = false;
  private answers = true;

  constructor(private readonly options: PollerOptions) {}

  start(): void {
    this.plan(0);
  }

  /** @returns when no poll is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  /** @returns when the poll that is under way now has ended. Never rejects. */
  async settle(): Promise<void> {
    await this.running;
  }

  private plan(waitMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.poll();
    }, waitMs);
  }

  private async poll(): Promise<void> {
    const { poll, subject, logger } = this.options;
    let nextInMs: number | null = null;
    try {
      nextInMs = await poll();
      this.answers = true;
    } catch (error) {
      if (this.answers)
        logger.warn({ err: error }, `cannot read ${subject}; retrying every second`);
      this.answers = false;
    }
    this.running = null;
    this.plan(Math.min(POLL_MS, Math.max(LEAST_MS, nextInMs ?? POLL_MS)));
  }
}
