/**
 * Reports how the load generator performed, so that its delays are not attributed to the system:
 * requests sent late or never, and how to read the figures of its mode. Pure.
 */
import type { RequestRecord } from '../record/history.js';
import { NOT_SENT } from './answers.js';

const TRAFFIC_MODES = ['open', 'batch', 'closed'] as const;
export type TrafficMode = (typeof TRAFFIC_MODES)[number];

export const isTrafficMode = (word: string): word is TrafficMode =>
  (TRAFFIC_MODES as readonly string[]).includes(word);

/**
 * A request sent more than this after its due time is late because of the generator, ms. Timers are
 * accurate to 1 or 2 ms.
 */
const LATE_SEND_MS = 5;

const isLateSend = ({ sentMs, intendedMs, error }: RequestRecord): boolean =>
  error !== NOT_SENT && sentMs - intendedMs > LATE_SEND_MS;

export interface TrafficReport {
  mode: TrafficMode;
  /** Due requests, including dropped ones. */
  sent: number;
  /**
   * Requests sent more than `LATE_SEND_MS` after their due time. Their latency still counts from
   * the due time.
   */
  lateSends: number;
  /** The largest delay of a send, ms. */
  worstLatenessMs: number;
  /** Due requests that were never sent, because too many were open; they count as failed. */
  droppedSends: number;
}

/** How to read the figures of a mode. */
export const READING: Readonly<Record<TrafficMode, string>> = {
  open: 'Open loop: requests are due at times fixed in advance; latency counts from the due time, even when a request was sent late.',
  batch:
    'Batch: one request contains all payments, and one response all outcomes; every latency is that of the whole batch.',
  closed:
    'Closed loop: each client waits for its answer before it sends again. While the system is slow, it gets fewer requests, so slow ' +
    'periods contribute few samples and these percentiles are too good. Compare them only with another closed loop.',
};

export class TrafficCount {
  private readonly counts: TrafficReport;

  constructor(mode: TrafficMode) {
    this.counts = { mode, sent: 0, lateSends: 0, worstLatenessMs: 0, droppedSends: 0 };
  }

  add(record: RequestRecord): void {
    const { counts } = this;
    counts.sent += 1;
    if (record.error === NOT_SENT) counts.droppedSends += 1;
    if (!isLateSend(record)) return;
    counts.lateSends += 1;
    counts.worstLatenessMs = Math.max(
      counts.worstLatenessMs,
      Math.round((record.sentMs - record.intendedMs) * 10) / 10,
    );
  }

  report(): TrafficReport {
    return { ...this.counts };
  }
}

/** One sentence for a terminal or a report; null: the generator sent every request on time. */
export function sayLateness({
  sent,
  lateSends,
  worstLatenessMs,
  droppedSends,
}: TrafficReport): string | null {
  if (lateSends === 0 && droppedSends === 0) return null;
  return `Generator: ${lateSends} of ${sent} sent late (worst ${worstLatenessMs} ms), ${droppedSends} not sent`;
}

/** The sum of several reports; there must be at least one. */
export const inAll = (reports: readonly TrafficReport[]): TrafficReport =>
  reports.reduce((all, { mode, sent, lateSends, worstLatenessMs, droppedSends }) => ({
    mode,
    sent: all.sent + sent,
    lateSends: all.lateSends + lateSends,
    worstLatenessMs: Math.max(all.worstLatenessMs, worstLatenessMs),
    droppedSends: all.droppedSends + droppedSends,
  }));
