/**
 * Selects the evidence that stays in memory for the report. A run of usual size keeps all of it. A
 * longer run keeps every unusual payment, and of the others one in 2, 4, 8, …, so that a run of
 * hours needs no more memory than one of minutes. The whole history is written to a file, segment
 * by segment; the checkers have processed all of it before any record is released.
 */
import { seededRandom } from '../../shared/random.js';
import type { ChargeRow, RunEvidence, FaultWindow, PaymentRow, RequestRecord } from './history.js';
import { appendHistory } from './history-file.js';

/** Largest number of kept payments: a report of this size still opens quickly. */
const KEPT_PAYMENTS = 60_000;

export interface KeeperOptions {
  /** As in `result.systems`. */
  system: string;
  /**
   * File for every line of the history; null: no record is released, so the report can write the
   * history.
   */
  historyPath: string | null;
  keptPayments?: number;
}

export class EvidenceKeeper {
  private readonly most: number;
  private requests: RequestRecord[] = [];
  private operations: RequestRecord[] = [];
  private payments: PaymentRow[] = [];
  private charges: ChargeRow[] | null = [];
  private elections: RunEvidence['elections'] = [];
  private readonly faults: FaultWindow[] = [];
  /** Keys of unusual requests, which the report describes. */
  private readonly unusual = new Set<string>();
  private stride = 1;

  constructor(private readonly options: KeeperOptions) {
    this.most = options.keptPayments ?? KEPT_PAYMENTS;
  }

  /** Of the usual payments one in this many was kept; 1: all. */
  get oneIn(): number {
    return this.stride;
  }

  /**
   * Adds a segment: its new records, and all elections so far. @param isUnusual whether a request
   * must be kept.
   */
  async add(segment: RunEvidence, isUnusual: (request: RequestRecord) => boolean): Promise<void> {
    const { system, historyPath } = this.options;
    const news = { ...segment, elections: segment.elections.slice(this.elections.length) };
    if (historyPath !== null) await appendHistory(historyPath, { system, evidence: news });
    for (const request of segment.requests)
      if (this.unusual.size < this.most / 2 && isUnusual(request)) this.unusual.add(request.key);
    append(this.requests, segment.requests);
    append(this.operations, segment.operations ?? []);
    append(this.payments, segment.payments);
    if (this.charges && segment.charges) append(this.charges, segment.charges);
    else this.charges = null;
    append(this.faults, segment.faults);
    this.elections = segment.elections;
    if (historyPath !== null) this.thin();
  }

  /** The kept evidence. */
  evidence(): RunEvidence {
    const { requests, operations, payments, charges, elections, faults } = this;
    const kept = { requests, payments, charges, elections, faults };
    return operations.length === 0 ? kept : { ...kept, operations };
  }

  /**
   * Halves the kept share only when the remaining records are still too many; otherwise each later
   * segment would thin out the earlier ones.
   */
  private thin(): void {
    this.dropUsual();
    while (this.requests.length > this.most) {
      this.stride *= 2;
      this.dropUsual();
    }
  }

  private dropUsual(): void {
    if (this.stride === 1) return;
    const stays = (key: string): boolean =>
      this.unusual.has(key) || seededRandom(0, key).next() * this.stride < 1;
    this.requests = this.requests.filter(({ key }) => stays(key));
    this.operations = this.operations.filter(({ key }) => stays(key));
    this.payments = this.payments.filter(({ key }) => stays(key));
    const ids = new Set(this.payments.map(({ id }) => id));
    this.charges = this.charges && this.charges.filter(({ key }) => ids.has(key));
  }
}

/** Like `push(...more)`, which fails with a million arguments. */
function append<T>(list: T[], more: readonly T[]): void {
  for (const item of more) list.push(item);
}
