/**
 * Assigns the trace contexts of requests to the parcels that contain their payments; a bounded
 * number per parcel.
 */
import type { Parcel } from '../../shared/queue/queue.js';
import { differentTraces } from '../../shared/observability/traceparent.js';

interface Mark {
  /** Positions in the queue of payments: from `from`, up to and excluding `to`. */
  from: number;
  to: number;
  traces: readonly string[];
}

export class TraceMarks {
  private marks: Mark[] = [];

  /** Records the contexts of the payments at these positions. */
  add(from: number, to: number, traces: readonly string[]): void {
    if (traces.length > 0) this.marks.push({ from, to, traces });
  }

  /**
   * Adds the contexts to the parcels into which all queued payments were split, and starts again.
   */
  take(parcels: readonly Parcel[]): Parcel[] {
    const marks = this.marks;
    this.marks = [];
    if (marks.length === 0) return [...parcels];
    let start = 0;
    return parcels.map((parcel) => {
      const [from, to] = [start, (start += parcel.ids.length)];
      const inside = marks.filter((mark) => mark.from < to && mark.to > from);
      const [traceparent, ...otherTraces] = differentTraces(inside.flatMap(({ traces }) => traces));
      if (traceparent === undefined) return parcel;
      return { ...parcel, traceparent, ...(otherTraces.length > 0 ? { otherTraces } : {}) };
    });
  }
}
