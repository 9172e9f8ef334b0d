/**
 * Judges a run from its events: the writes in the ensemble, the calls to the API and the means that
 * the API keeps; never from the state that a device reports.
 */
import { toMean } from '../../measurements/core/mean.js';
import type { Mean } from '../../measurements/core/types.js';
import type { RoundRule } from './round-rules.js';

export interface RoundBreach {
  rule: RoundRule;
  text: string;
}

export class RoundChecks {
  first: RoundBreach | null = null;
  /** Means that the API kept, with all devices in them. */
  fullMeans = 0;
  /** The highest epoch that opened a round. */
  private openedBy = 0;
  private announced = 0;
  private readonly kept = new Map<number, Mean>();
  private readonly sent = new Map<string, number>();
  /** The measurements that were written, by round and device. */
  private readonly written = new Map<string, number[]>();

  /** @param only the other rules are not checked; null: all are. */
  constructor(
    private readonly devices: number,
    private readonly only: RoundRule | null,
  ) {}

  require(rule: RoundRule, holds: boolean, text: () => string): void {
    if (holds || this.first || (this.only !== null && this.only !== rule)) return;
    this.first = { rule, text: text() };
  }

  onMeasured(device: string, round: number, ms: number): void {
    const key = `${round} ${device}`;
    this.written.set(key, [...(this.written.get(key) ?? []), ms]);
  }

  onActing(device: string, step: string, isAlive: boolean): void {
    this.require('own-clock', isAlive, () => `${device} began "${step}" after its session ended`);
  }

  onOpened(device: string, round: number, epoch: number, isCandidate: boolean): void {
    this.openedBy = Math.max(this.openedBy, epoch);
    this.require(
      'candidate',
      isCandidate,
      () => `${device} opened round ${round} although removed`,
    );
  }

  onCounted(device: string, before: number, after: number, isCandidate: boolean): void {
    this.require('candidate', isCandidate, () => `${device} finished ${after} although removed`);
    this.require(
      'counter',
      after === before + 1,
      () => `${device} counted ${after} after ${before}`,
    );
  }

  onAnnounced(epoch: number): void {
    this.announced = Math.max(this.announced, epoch);
  }

  onSent(device: string, { round, epoch, mean }: Mean): void {
    const key = `${round} ${epoch}`;
    const before = this.sent.get(key) ?? mean;
    this.require(
      'same-mean',
      before === mean,
      () => `${device} sent ${before} and then ${mean} for round ${round}`,
    );
    this.sent.set(key, before);
  }

  /** The API keeps a mean; not called for a repetition. */
  onKept(mean: Mean): void {
    const { round, epoch, values } = mean;
    const text = `mean ${mean.mean} of round ${round}, epoch ${epoch}`;
    this.require(
      'one-mean',
      !this.kept.has(round),
      () => `${text} replaced ${this.kept.get(round)?.mean}`,
    );
    this.require(
      'fence',
      epoch >= this.announced,
      () => `${text} was kept; announced: ${this.announced}`,
    );
    this.require(
      'late-leader',
      epoch >= this.openedBy,
      () => `${text} was kept; epoch ${this.openedBy} had opened a round`,
    );
    const wrong = Object.entries(values).filter(
      ([device, ms]) => !this.written.get(`${round} ${device}`)?.includes(ms),
    );
    this.require(
      'true-mean',
      wrong.length === 0,
      () => `${text} contains ${wrong.join(' ')}, which was not written for it`,
    );
    this.require(
      'true-mean',
      mean.mean === toMean(Object.values(values)),
      () => `${text} is wrong`,
    );
    this.kept.set(round, mean);
    if (Object.keys(values).length === this.devices) this.fullMeans += 1;
  }
}
