/**
 * What the generator says of itself, so that nobody takes its own lateness for the system's: how many sends were late or never made,
 * and what the figures of its mode are worth. Pure.
 */
import type { RequestRecord } from '../history.js';
import { NOT_SENT } from './answers.js';

export const TRAFFIC_MODES = ['open', 'batch', 'closed'] as const;
export type TrafficMode = (typeof TRAFFIC_MODES)[number];

export const isTrafficMode = (word: string): word is TrafficMode => (TRAFFIC_MODES as readonly string[]).includes(word);

/** A request sent more than this after it was due was late by the generator's fault, ms. Timers are good to one or two. */
export const LATE_SEND_MS = 5;

export const isLateSend = ({ sentMs, intendedMs, error }: RequestRecord): boolean =>
  error !== NOT_SENT && sentMs - intendedMs > LATE_SEND_MS;

export interface TrafficReport {
  mode: TrafficMode;
  /** What was due, dropped ones included. */
  sent: number;
  /** Sent more than `LATE_SEND_MS` after they were due. Their latency counts from when they were due all the same. */
  lateSends: number;
  /** The latest of them, ms. */
  worstLatenessMs: number;
  /** Due and never sent, as too many were open; they count as failed. */
  droppedSends: number;
}

/** What to know before reading the figures of a mode. */
export const READING: Readonly<Record<TrafficMode, string>> = {
  open: 'Open loop: requests are due at moments fixed in advance; latency counts from there, however late they were sent or answered.',
  batch: 'Batch: one request fires them all, and its answer tells all outcomes at once; every latency is that of the whole batch.',
  closed: 'Closed loop: each client waits for its answer before it sends again. While the system is slow it is asked less, so slow moments '
    + 'hold few of the samples: these percentiles flatter. Compare them with nothing but another closed loop.',
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
    counts.worstLatenessMs = Math.max(counts.worstLatenessMs, Math.round((record.sentMs - record.intendedMs) * 10) / 10);
  }

  report(): TrafficReport {
    return { ...this.counts };
  }
}

/** One sentence for a terminal or a report; null: the generator kept its moments, and sent everything. */
export function sayLateness({ sent, lateSends, worstLatenessMs, droppedSends }: TrafficReport): string | null {
  if (lateSends === 0 && droppedSends === 0) return null;
  return `Generator: ${lateSends} of ${sent} sent late (worst ${worstLatenessMs} ms), ${droppedSends} not sent`;
}

/** Those of several stretches as one; of at least one. */
export const inAll = (reports: readonly TrafficReport[]): TrafficReport =>
  reports.reduce((all, { mode, sent, lateSends, worstLatenessMs, droppedSends }) => ({
    mode,
    sent: all.sent + sent,
    lateSends: all.lateSends + lateSends,
    worstLatenessMs: Math.max(all.worstLatenessMs, worstLatenessMs),
    droppedSends: all.droppedSends + droppedSends,
  }));
