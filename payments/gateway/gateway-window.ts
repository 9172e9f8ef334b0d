/**
 * The gateway calls of the last minute: how many, how many failed, how long they took. Bounded: one
 * pair of counters per second, and the durations of the last calls. A look-up that finds no charge
 * is an answer. The oldest second is dropped as a whole, so a window is up to a second shorter.
 * Pure.
 */
import type { GatewayReport } from '../../shared/contracts/leadership.js';
import { roundToTenth } from '../../shared/format.js';
import { percentile } from '../../shared/percentile.js';
import type { Reply } from '../core/gateway.js';

/** Length of the window, in seconds. */
export const WINDOW_SEC = 60;
/** Durations that are kept for the percentiles. */
const DURATIONS_KEPT = 512;
/** Maximum length of the error text. */
const ERROR_MAX = 120;
/** Without another failure, an error is reported for this long, in ms. */
const ERROR_MS = 10_000;

const FAILED: ReadonlySet<Reply['kind']> = new Set(['unavailable', 'limited', 'unsent', 'unknown']);

/** The error of a reply that is no answer about the charge; null: it is one. */
const getError = (reply: Reply): string | null =>
  FAILED.has(reply.kind) && 'error' in reply
    ? reply.error.replace(/\p{Cc}/gu, ' ').slice(0, ERROR_MAX)
    : null;

interface Second {
  /** Number of the second, by the monotonic clock. */
  number: number;
  calls: number;
  failed: number;
}

interface Call {
  atMs: number;
  tookMs: number;
}

const getPercentile = (durations: readonly number[], share: number): number | null =>
  durations.length === 0 ? null : roundToTenth(percentile(durations, share));

export class GatewayWindow {
  private readonly seconds: Second[] = [];
  private readonly calls: Call[] = [];
  private next = 0;
  private error: string | null = null;
  private failedMs = -Infinity;

  /** Counts a call that has ended. @param nowMs monotonic ms. */
  add(reply: Reply, tookMs: number, nowMs: number): void {
    const error = getError(reply);
    const second = this.getSecond(Math.floor(nowMs / 1_000));
    second.calls += 1;
    // A beat with a negative duration would not be valid, and its replica would not count as alive.
    this.calls[this.next] = { atMs: nowMs, tookMs: Math.max(0, tookMs) };
    this.next = (this.next + 1) % DURATIONS_KEPT;
    if (error === null) return;
    second.failed += 1;
    this.error = error;
    this.failedMs = nowMs;
  }

  /** @param nowMs monotonic ms. */
  summarize(nowMs: number): GatewayReport {
    const first = Math.floor(nowMs / 1_000) - WINDOW_SEC;
    const recent = this.seconds.filter(({ number }) => number > first);
    const sum = (name: 'calls' | 'failed'): number =>
      recent.reduce((total, second) => total + second[name], 0);
    const took = this.calls
      .filter(({ atMs }) => atMs > nowMs - WINDOW_SEC * 1_000)
      .map(({ tookMs }) => tookMs);
    return {
      calls: sum('calls'),
      failed: sum('failed'),
      p50Ms: getPercentile(took, 0.5),
      p99Ms: getPercentile(took, 0.99),
      error: nowMs - this.failedMs < ERROR_MS ? this.error : null,
    };
  }

  private getSecond(number: number): Second {
    const last = this.seconds.at(-1);
    if (last && last.number >= number) return last;
    const fresh = { number, calls: 0, failed: 0 };
    this.seconds.push(fresh);
    if (this.seconds.length > WINDOW_SEC) this.seconds.shift();
    return fresh;
  }
}
