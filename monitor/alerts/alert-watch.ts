/**
 * Evaluates the alerts over the view of this monitor, four times per second. It only observes: an
 * alert changes nothing. A new monitor waits for some seconds, because it knows nothing yet.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../shared/clock.js';
import type { AlertFacts } from '../core/alerts/rule.js';
import { findAlerts } from '../core/alerts/rules.js';
import {
  listFiring,
  NOTHING_TRACKED,
  trackAlerts,
  type Alert,
  type Tracking,
} from '../core/alerts/tracker.js';

const EVALUATE_MS = 250;
/** A monitor that started less than this long ago evaluates nothing, ms. */
const LEARN_MS = 5_000;
/** A page polls more often than this, ms. */
const READ_MS = 5_000;

export interface AlertWatchOptions {
  clock: Clock;
  facts: () => AlertFacts;
}

export class AlertWatch {
  private tracking: Tracking = NOTHING_TRACKED;
  private timer: NodeJS.Timeout | null = null;
  private startedAt = Infinity;
  private readAt = -Infinity;

  constructor(private readonly options: AlertWatchOptions) {}

  start(): void {
    this.startedAt = this.options.clock.now();
    this.timer = setInterval(() => this.evaluate(), EVALUATE_MS);
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** The alerts that fire, the most urgent first. */
  get firing(): Alert[] {
    return listFiring(this.tracking);
  }

  /** Whether this monitor has observed for long enough to evaluate. */
  get isReady(): boolean {
    return this.options.clock.now() - this.startedAt >= LEARN_MS;
  }

  /** A page reads the alerts. */
  noteRead(): void {
    this.readAt = this.options.clock.now();
  }

  /** Whether a page has read the alerts within the last seconds. */
  get isRead(): boolean {
    return this.options.clock.now() - this.readAt < READ_MS;
  }

  private evaluate(): void {
    if (!this.isReady) return;
    const facts = this.options.facts();
    this.tracking = trackAlerts(this.tracking, {
      found: findAlerts(facts),
      now: this.options.clock.now(),
      nowMs: facts.nowMs,
      newId: randomUUID,
    });
  }
}
