/**
 * One step: users arrive at a steady rate; CPU, PostgreSQL and payments are measured from the end
 * of the warm-up to the last arrival. A step that can no longer pass ends early. Afterwards all
 * work must end before the next step may begin.
 */
import { pollUntil } from '../../shared/wait-until.js';
import type { LoadRequest } from '../load/figures.js';
import { steadyLevel } from '../load/levels.js';
import { sendUsers, type SentUsers } from '../load/send-users.js';
import { arrivalTimes } from '../load/user-arrivals.js';
import type { Cluster } from '../system/cluster.js';
import { wallMs } from '../traffic/client.js';
import { nameBottleneck, type Bottleneck, type Load } from './bottleneck.js';
import { countPending, watchDatabase } from './database-use.js';
import { readRows, summarizeLife, type PaidRow } from './payment-life.js';
import { watchProcesses } from './process-use.js';
import { judgeEndedStep, RunningStep, type JudgedStep } from './step-judge.js';

/** Divides the pauses of the published users. */
export const SPEED = 20;
/** Longest wait of a user for an answer, ms. */
export const PATIENCE_MS = 5_000;
/** Shortest measured time of a step that ends early, ms. */
const EARLY_MS = 3_000;
/** Longest wait for the end of all work after a step, ms. */
const REST_MS = 20_000;
const POLL_MS = 100;
const UNCHANGED = { scale: 1, shorten: 1 } as const;

export interface StepOptions {
  cluster: Cluster;
  /** Unique in the system's life. */
  name: string;
  /** Users per second. */
  perSec: number;
  /** Duration of the arrivals. */
  seconds: number;
  /** Not counted at the beginning. */
  warmUpSeconds: number;
  /** Payments that were left pending by earlier steps. */
  leftBefore: number;
  seed: number;
  signal: AbortSignal;
  onProgress: (sent: number, failed: number) => void;
}

export interface CapacityStep extends JudgedStep, Load {
  /** Users per second. */
  perSec: number;
  endedEarly: boolean;
  /** Payments that were answered as succeeded, and how many of them PostgreSQL has so. */
  paid: number;
  saved: number;
  /** Elections of another leader during the step. */
  handovers: number;
  /** Payments that are still pending, although the step has ended and time has passed. */
  left: number;
  bottleneck: Bottleneck;
}

/** Measures the system between two moments. */
class Measurement {
  private readonly processes;
  private readonly database;
  private result: Promise<Pick<Load, 'machine' | 'database'>> | null = null;

  constructor(cluster: Cluster) {
    this.processes = watchProcesses(cluster);
    this.database = watchDatabase(cluster.pool);
  }

  /** The first call ends the measurement. */
  end(): Promise<Pick<Load, 'machine' | 'database'>> {
    this.result ??= this.finish(this.processes());
    return this.result;
  }

  private async finish(machine: Load['machine']): Promise<Pick<Load, 'machine' | 'database'>> {
    return { machine, database: await this.database() };
  }
}

/** The traffic of a step with its measurement. */
class Step {
  private readonly stop = new AbortController();
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly running: RunningStep;
  private readonly level;
  private measurement: Measurement | null = null;
  private readonly first: number;
  private sent = 0;
  private failed = 0;

  constructor(private readonly options: StepOptions) {
    const { name, perSec, seconds, warmUpSeconds } = options;
    this.level = steadyLevel(name, perSec, seconds);
    const arrivals = arrivalTimes(this.level, UNCHANGED);
    this.first = arrivals.filter((atMs) => atMs < warmUpSeconds * 1_000).length;
    this.running = new RunningStep(arrivals.length - this.first, this.first);
  }

  /** @throws AbortError */
  async send() {
    const { options, stop, level, first } = this;
    const { cluster, seconds, warmUpSeconds } = options;
    this.after(warmUpSeconds, () => {
      this.measurement = new Measurement(cluster);
    });
    this.after(Math.min(seconds, warmUpSeconds + EARLY_MS / 1_000), () => this.endIfLost());
    this.after(seconds, () => this.endMeasurement());
    try {
      const users = await sendUsers({
        ...{ ...options, ...UNCHANGED, level, speed: SPEED, patienceMs: PATIENCE_MS },
        stop: stop.signal,
        onRequest: (request) => this.onRequest(request),
      });
      return { users, first, endedEarly: stop.signal.aborted, ...(await this.measure()) };
    } finally {
      this.timers.forEach(clearTimeout);
      await this.measurement?.end().catch(() => undefined);
    }
  }

  private after(seconds: number, act: () => void): void {
    this.timers.push(setTimeout(act, seconds * 1_000));
  }

  private measure(): Promise<Pick<Load, 'machine' | 'database'>> {
    return (this.measurement ??= new Measurement(this.options.cluster)).end();
  }

  private endMeasurement(): void {
    // The error is thrown by `measure`, at the end of the step.
    this.measurement?.end().catch(() => undefined);
  }

  private mayEnd = false;

  /** Called once after the shortest time; later each request may end the step. */
  private endIfLost(): void {
    this.mayEnd = true;
    if (!this.running.isLost) return;
    this.endMeasurement();
    this.stop.abort();
  }

  private onRequest(request: LoadRequest): void {
    this.sent += 1;
    if (request.error !== null) this.failed += 1;
    this.running.add(request);
    if (this.mayEnd && !this.stop.signal.aborted) this.endIfLost();
    this.options.onProgress(this.sent, this.failed);
  }
}

/** @returns payments that are still pending at the deadline. @throws AbortError */
async function waitForRest({ cluster, leftBefore, signal }: StepOptions): Promise<number> {
  let left = 0;
  await pollUntil(async () => (left = await countPending(cluster.pool)) <= leftBefore, {
    deadlineMs: REST_MS,
    pollMs: POLL_MS,
    signal,
  });
  return left;
}

const countSucceeded = (paid: SentUsers['paid'], rows: ReadonlyMap<string, PaidRow>): number =>
  paid.filter(({ id }) => rows.get(id)?.status === 'SUCCEEDED').length;

/** @throws AbortError; an error of PostgreSQL. */
export async function runStep(options: StepOptions): Promise<CapacityStep> {
  const { cluster, perSec, warmUpSeconds } = options;
  const { term } = await cluster.leadership();
  const countedFromMs = wallMs() + warmUpSeconds * 1_000;
  // The lab's clock only counts from the start of the process; PostgreSQL's clock is adjusted.
  const driftMs = Date.now() - wallMs();
  const { users, first, endedEarly, machine, database } = await new Step(options).send();
  const left = await waitForRest(options);
  const rows = await readRows(cluster.pool, users.paid);
  const counted = users.paid
    .filter(({ dueMs }) => dueMs >= countedFromMs)
    .map(({ id, dueMs, answeredMs }) => ({
      id,
      dueMs: dueMs + driftMs,
      answeredMs: answeredMs + driftMs,
    }));
  const load = { machine, database, life: summarizeLife(counted, rows) };
  return {
    perSec,
    endedEarly,
    ...judgeEndedStep({ ...users, first, endedEarly }),
    ...load,
    bottleneck: nameBottleneck(load),
    paid: users.paid.length,
    saved: countSucceeded(users.paid, rows),
    handovers: (await cluster.leadership()).term - term,
    left,
  };
}
