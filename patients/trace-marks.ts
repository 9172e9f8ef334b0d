/** Which requests' trace contexts travel with which parcel: those of the requests whose payments it holds, a bounded number of them. */
import type { Parcel } from '../shared/queue.js';
import { differentTraces } from '../shared/traceparent.js';

interface Mark {
  /** The payments from this one up to, not including, that one, as they stand in line. */
  from: number;
  to: number;
  traces: readonly string[];
}

export class TraceMarks {
  private marks: Mark[] = [];

  /** The payments of this stretch of the line came with these contexts. */
  add(from: number, to: number, traces: readonly string[]): void {
    if (traces.length > 0) this.marks.push({ from, to, traces });
  }

  /** Hands the contexts to the parcels into which the whole line was split, and begins anew. */
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
