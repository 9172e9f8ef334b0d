/**
 * Keeps the last failure of each replica as a sentence. The failures of leaders come from
 * PostgreSQL, so every monitor reports the same. The failures of standbys are those that this
 * monitor detected.
 */
import type { MonitorEvent } from '../core/events.js';
import type { Layer } from '../../shared/contracts/status.js';
import type { ElectionRow } from '../cluster/history.js';

export interface Failure {
  at: Date;
  /** A sentence without its subject: `fell silent`. */
  words: string;
}

const NOTICED: Readonly<Record<Layer, string>> = {
  connection: 'closed its connection and refused a new one',
  heartbeat: 'fell silent',
  ping: 'did not answer pings',
};

/** Kinds of election without a failure. */
const ORDERLY = new Set(['first', 'planned', 'left']);
/**
 * Within this time, ms, a failure that this monitor detected and one in PostgreSQL are the same.
 * The text from PostgreSQL is used.
 */
const SAME_MS = 5_000;

export class FailureMemory {
  private readonly noticed = new Map<string, Failure>();
  private recorded = new Map<string, Failure>();

  /** @param at wall clock. */
  hear({ name, data }: MonitorEvent, at: Date): void {
    if (name === 'replica:suspected')
      this.noticed.set(data.replica, { at, words: NOTICED[data.layer] });
    if (name !== 'replica:recovered' || !data.restarted) return;
    const before = this.noticed.get(data.replica);
    // A restart after a failure ends that failure and is not another one.
    if (!before || at.getTime() - before.at.getTime() > SAME_MS)
      this.noticed.set(data.replica, { at, words: 'was restarted' });
  }

  /** @param rows newest first. */
  learn(rows: readonly ElectionRow[]): void {
    const found = new Map<string, Failure>();
    for (const { previousLeader, kind, reason, suspectedAt, electedAt } of rows) {
      if (previousLeader === null || ORDERLY.has(kind) || found.has(previousLeader)) continue;
      const words = reason.startsWith(`${previousLeader} `)
        ? reason.slice(previousLeader.length + 1)
        : reason;
      found.set(previousLeader, { at: suspectedAt ?? electedAt, words });
    }
    this.recorded = found;
  }

  /** Null: no failure is known. */
  lastOf(replica: string): Failure | null {
    const [noticed, recorded] = [this.noticed.get(replica), this.recorded.get(replica)];
    if (!noticed || !recorded) return noticed ?? recorded ?? null;
    return noticed.at.getTime() > recorded.at.getTime() + SAME_MS ? noticed : recorded;
  }
}
