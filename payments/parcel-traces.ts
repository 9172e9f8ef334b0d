/**
 * Records the spans of a leader's parcels: one per parcel, with the parts load, charge and commit,
 * in the traces of the requests that created its payments. Used only while tracing is on. It never
 * delays the work; a parcel without a context has no span.
 */
import type { FencingToken } from '../shared/postgres/ledger.js';
import type { Parcel } from '../shared/queue/queue.js';
import { spanTime, type OpenSpan } from '../shared/observability/spans.js';
import type { Tracing } from '../shared/observability/tracing.js';

/** `SpanKind.CONSUMER`; importing the enumeration would load the package. */
const CONSUMER = 4;

interface OpenParcel {
  span: OpenSpan;
  /** Times of its begin, first charge, last answer and commit; null: not reached. */
  beganMs: number;
  chargingMs: number | null;
  answeredMs: number | null;
  committingMs: number | null;
  payments: number;
}

export class ParcelTraces {
  /** By the number of the work. */
  private readonly open = new Map<number, OpenParcel>();
  private readonly workOf = new Map<string, number>();

  constructor(
    private readonly tracing: Tracing,
    private readonly token: FencingToken,
  ) {}

  /** @param name the parcel's name in the queue; null: it did not come from the queue. */
  begin(
    work: number,
    { ids, traceparent, otherTraces = [], relayed }: Parcel,
    name: string | null,
  ): void {
    if (traceparent === undefined) return;
    const attributes = {
      'relevo.parcel': name ?? 'none',
      'relevo.payments': ids.length,
      'relevo.relayed': relayed ?? false,
      'relevo.leader': this.token.leader,
      'relevo.term': this.token.term,
    };
    const span = this.tracing.begin({
      name: 'parcel',
      kind: CONSUMER,
      parents: [traceparent, ...otherTraces],
      attributes,
    });
    this.open.set(work, {
      span,
      beganMs: spanTime(),
      chargingMs: null,
      answeredMs: null,
      committingMs: null,
      payments: 0,
    });
  }

  /** Notes that a payment of the parcel goes to the gateway. */
  onCharging(work: number, paymentId: string): void {
    const parcel = this.open.get(work);
    if (!parcel) return;
    parcel.chargingMs ??= spanTime();
    parcel.payments += 1;
    this.workOf.set(paymentId, work);
  }

  onAnswered(work: number): void {
    const parcel = this.open.get(work);
    if (parcel) parcel.answeredMs = spanTime();
  }

  /** Notes that a statement with these payments goes to the database. */
  onCommitting(paymentIds: readonly string[]): void {
    const now = spanTime();
    for (const id of paymentIds) {
      const parcel = this.open.get(this.workOf.get(id) ?? -1);
      if (parcel) parcel.committingMs ??= now;
      this.workOf.delete(id);
    }
  }

  /** @param error why the work failed; undefined: all its payments are written or deferred. */
  end(work: number, error?: unknown): void {
    const parcel = this.open.get(work);
    if (!parcel) return;
    this.open.delete(work);
    const endMs = spanTime();
    const { span, beganMs, chargingMs, answeredMs, committingMs, payments } = parcel;
    span.part({ name: 'load', startMs: beganMs, endMs: chargingMs ?? endMs });
    const attributes = { 'relevo.payments': payments };
    if (chargingMs !== null)
      span.part({ name: 'charge', startMs: chargingMs, endMs: answeredMs ?? endMs, attributes });
    if (committingMs !== null) span.part({ name: 'commit', startMs: committingMs, endMs });
    span.end({ 'relevo.charged': payments }, error);
  }
}
