/**
 * Takes one sample per second and keeps it for 15 minutes: committed payments per second, waiting
 * work, latency, pings. Rates come from the beats without extra cost. The sampler reads PostgreSQL
 * and the queue every one or two seconds while a reader is connected, otherwise every ten seconds.
 * It also reads the latency often while payments are made, so that a later reader sees all of a
 * busy minute.
 */
import type { Clock } from '../../shared/clock.js';
import { toRates, toTallies, sumRates, type Tallies } from '../core/rates.js';
import type { State } from '../core/types.js';
import type { Latency } from '../cluster/history.js';
import type { QueueCounts } from './queue-counts.js';
import { roundToTenth } from '../../shared/format.js';

export const SAMPLE_MS = 1_000;
/** Number of samples kept: 15 minutes. */
export const SAMPLES_KEPT = 900;
/** Number of pings kept per replica: two minutes at one ping every two seconds. */
export const PINGS_KEPT = 60;
const UNWATCHED_MS = 10_000;
const LATENCY_MS = 2_000;
/**
 * After a read the pause is at least this many times its duration, to limit the load on PostgreSQL.
 */
const RELIEF = 20;

export interface Sample {
  /** Wall clock, ms. */
  at: number;
  /** Committed payments per second, by replica. */
  rates: Readonly<Record<string, number>>;
  /** The last known values. Null in it: not known. */
  queue: QueueCounts;
  /** Null: not read this time, or no payment became final. */
  latency: Latency | null;
  /** Pings since the previous sample, ms. Null: no answer. */
  pings: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface SamplerOptions {
  clock: Clock;
  state: () => State;
  counts: () => Promise<QueueCounts>;
  latency: () => Promise<Latency | null>;
  /** Whether a reader is connected. */
  isWatched: () => boolean;
  onSample: (sample: Sample) => void;
}

/** Polls a source repeatedly, one call at a time, and less often when calls are slow. */
class Look<T> {
  latest: T | null = null;
  /** Counts answers, so that none is used twice. */
  answers = 0;
  private beganAt = -Infinity;
  private tookMs = 0;
  private isAsking = false;

  constructor(
    private readonly ask: () => Promise<T>,
    private readonly clock: Clock,
  ) {}

  /** @param everyMs time between the starts of two calls. */
  async again(everyMs: number): Promise<void> {
    const now = this.clock.now();
    const dueAt = this.beganAt + Math.max(everyMs, this.tookMs * RELIEF);
    // Half a tick too early is better than the next tick, which would be half a tick too late.
    if (this.isAsking || now < dueAt - SAMPLE_MS / 2) return;
    this.isAsking = true;
    this.beganAt = now;
    this.latest = await this.ask().catch(() => null);
    this.answers += 1;
    this.isAsking = false;
    this.tookMs = this.clock.now() - now;
  }
}

const NOTHING: QueueCounts = {
  waiting: null,
  active: null,
  pending: null,
  failed: null,
  oldestPendingSec: null,
  oldestError: null,
  oldestDueSec: null,
};

export class Sampler {
  private readonly samples: Sample[] = [];
  private readonly kept = new Map<string, (number | null)[]>();
  private fresh: Record<string, (number | null)[]> = {};
  private tallies: Tallies = {};
  private lookedAt: number | null = null;
  private latencyTold = 0;
  private timer: NodeJS.Timeout | null = null;
  private readonly counts: Look<QueueCounts>;
  private readonly latency: Look<Latency | null>;

  constructor(private readonly options: SamplerOptions) {
    this.counts = new Look(options.counts, options.clock);
    this.latency = new Look(options.latency, options.clock);
  }

  start(): void {
    this.timer = setInterval(() => this.sample(), SAMPLE_MS);
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** @param ms null: no answer. */
  recordPing(replica: string, ms: number | null): void {
    const rounded = ms === null ? null : Math.round(ms * 100) / 100;
    (this.fresh[replica] ??= []).push(rounded);
    this.kept.set(replica, [...(this.kept.get(replica) ?? []), rounded].slice(-PINGS_KEPT));
  }

  /** The last known counts of waiting work. */
  get queue(): QueueCounts {
    return this.counts.latest ?? NOTHING;
  }

  /** The samples, oldest first. @param minutes length of the period until now. */
  since(minutes: number): readonly Sample[] {
    return this.samples.slice(-Math.ceil((minutes * 60_000) / SAMPLE_MS));
  }

  /** The last pings by replica, oldest first. */
  get pings(): Readonly<Record<string, readonly (number | null)[]>> {
    return Object.fromEntries(this.kept);
  }

  private sample(): void {
    const { clock, state, isWatched, onSample } = this.options;
    const now = clock.now();
    const tallies = toTallies(state());
    const rates = toRates(this.tallies, tallies, this.lookedAt === null ? 0 : now - this.lookedAt);
    const made = {
      at: clock.wall().getTime(),
      rates,
      queue: this.queue,
      latency: this.newLatency(),
      pings: this.fresh,
    };
    [this.tallies, this.lookedAt, this.fresh] = [tallies, now, {}];
    this.samples.push(made);
    if (this.samples.length > SAMPLES_KEPT) this.samples.shift();
    onSample(made);
    void this.counts.again(isWatched() ? SAMPLE_MS : UNWATCHED_MS);
    void this.latency.again(isWatched() || sumRates(rates) > 0 ? LATENCY_MS : UNWATCHED_MS);
  }

  /** Each answer is part of one sample only: the next one. */
  private newLatency(): Latency | null {
    if (this.latency.answers === this.latencyTold) return null;
    this.latencyTold = this.latency.answers;
    return this.latency.latest;
  }
}

/** The samples as columns, as `GET /series` answers. */
export function toColumns(
  samples: readonly Sample[],
  replicas: readonly string[],
  pings: Sampler['pings'],
) {
  const column = <T>(pick: (sample: Sample) => T): T[] => samples.map(pick);
  return {
    at: column(({ at }) => at),
    committed: column(({ rates }) => sumRates(rates)),
    pending: column(({ queue }) => queue.pending),
    waiting: column(({ queue }) => queue.waiting),
    active: column(({ queue }) => queue.active),
    failed: column(({ queue }) => queue.failed),
    p50: column(({ latency }) => latency && roundToTenth(latency.p50)),
    p99: column(({ latency }) => latency && roundToTenth(latency.p99)),
    replicas: Object.fromEntries(replicas.map((id) => [id, column(({ rates }) => rates[id] ?? 0)])),
    pings,
  };
}
