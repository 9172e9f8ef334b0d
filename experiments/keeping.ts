/**
 * What of the evidence stays in memory for the report. All of it in a run of usual size; of a longer one everything unusual, and of the
 * rest one payment in 2, 4, 8 …, so that a run of hours needs no more memory than one of minutes. The whole history goes to a file,
 * stretch by stretch; the checkers have seen all of it before anything is let go.
 */
import { seededRandom } from '../shared/random.js';
import type { ChargeRow, Evidence, FaultWindow, PaymentRow, RequestRecord } from './history.js';
import { appendHistory } from './report/history-file.js';

/** Payments kept at the most: a report of so many still opens at once. */
export const KEPT_PAYMENTS = 60_000;

export interface KeeperOptions {
  /** As in `result.systems`. */
  system: string;
  /** Gets every line of the history; null: nothing is let go, so the report can write it. */
  historyPath: string | null;
  keptPayments?: number;
}

export class EvidenceKeeper {
  private readonly most: number;
  private requests: RequestRecord[] = [];
  private payments: PaymentRow[] = [];
  private charges: ChargeRow[] | null = [];
  private elections: Evidence['elections'] = [];
  private readonly faults: FaultWindow[] = [];
  /** Keys of what a reader will ask about. */
  private readonly unusual = new Set<string>();
  private stride = 1;

  constructor(private readonly options: KeeperOptions) {
    this.most = options.keptPayments ?? KEPT_PAYMENTS;
  }

  /** Of the usual payments one in so many was kept; 1: all. */
  get oneIn(): number { return this.stride; }

  /** Takes up a stretch: what is new in it, and all elections so far. @param isUnusual whether a request is to be kept in any case. */
  async add(stretch: Evidence, isUnusual: (request: RequestRecord) => boolean): Promise<void> {
    const { system, historyPath } = this.options;
    const news = { ...stretch, elections: stretch.elections.slice(this.elections.length) };
    if (historyPath !== null) await appendHistory(historyPath, { system, evidence: news });
    for (const request of stretch.requests) if (this.unusual.size < this.most / 2 && isUnusual(request)) this.unusual.add(request.key);
    append(this.requests, stretch.requests);
    append(this.payments, stretch.payments);
    if (this.charges && stretch.charges) append(this.charges, stretch.charges);
    else this.charges = null;
    append(this.faults, stretch.faults);
    this.elections = stretch.elections;
    if (historyPath !== null) this.thin();
  }

  /** What was kept. */
  evidence(): Evidence {
    const { requests, payments, charges, elections, faults } = this;
    return { requests, payments, charges, elections, faults };
  }

  /** The share halves only when what is left of it is still too much: otherwise early stretches would thin out with each later one. */
  private thin(): void {
    this.drop();
    while (this.requests.length > this.most) {
      this.stride *= 2;
      this.drop();
    }
  }

  private drop(): void {
    if (this.stride === 1) return;
    const stays = (key: string): boolean => this.unusual.has(key) || seededRandom(0, key).next() * this.stride < 1;
    this.requests = this.requests.filter(({ key }) => stays(key));
    this.payments = this.payments.filter(({ key }) => stays(key));
    const ids = new Set(this.payments.map(({ id }) => id));
    this.charges = this.charges && this.charges.filter(({ key }) => ids.has(key));
  }
}

/** As `push(...more)`, which has no room for a million arguments. */
function append<T>(list: T[], more: readonly T[]): void {
  for (const item of more) list.push(item);
}
