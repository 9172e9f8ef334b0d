/**
 * The gateway as this replica sees it: the window of its calls, summarized at most once per second,
 * because the summary is part of every beat.
 */
import type { Clock } from '../../shared/clock.js';
import type { GatewayReport } from '../../shared/contracts/leadership.js';
import type { Reply } from '../core/gateway.js';
import { GatewayWindow } from './gateway-window.js';

const SUMMARY_MS = 1_000;

export class GatewayWatch {
  private readonly window = new GatewayWindow();
  private summary: GatewayReport | null = null;
  private madeMs = 0;

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** Counts a call that has ended. @param tookMs duration, ms. */
  record(reply: Reply, tookMs: number): void {
    this.window.add(reply, tookMs, this.clock.now());
  }

  /** The calls of the last minute, at most a second old. */
  report(): GatewayReport {
    const now = this.clock.now();
    if (this.summary === null || now - this.madeMs >= SUMMARY_MS) {
      this.summary = this.window.summarize(now);
      this.madeMs = now;
    }
    return this.summary;
  }
}
