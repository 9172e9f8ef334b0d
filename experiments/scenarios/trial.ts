/**
 * Runs one trial: payments in the traffic mode, and at some of them a fault in a replica, which is
 * healed after a pause.
 */
import { sleep } from '../../shared/clock.js';
import { seededRandom } from '../../shared/random.js';
import type { Fault } from '../faults/fault.js';
import type { Injector, StruckWindow } from '../faults/injector.js';
import type { PlannedFault } from '../faults/plan.js';
import { victims } from '../faults/select-targets.js';
import type { RequestRecord } from '../record/history.js';
import type { Laboratory } from '../system/cluster.js';
import { wallMs, type PaymentClient } from '../traffic/client.js';
import { runTraffic } from '../traffic/traffic.js';
import type { TrafficMode, TrafficReport } from '../traffic/traffic-report.js';

export interface TrialOptions {
  laboratory: Laboratory;
  client: PaymentClient;
  injector: Injector;
  seed: number;
  /** 1 is the first. */
  trial: number;
  mode: TrafficMode;
  requests: number;
  ratePerSec: number;
  fault: Fault;
  /** Time between the injection of a fault and its heal, ms. */
  pauseMs: number;
  faults: readonly PlannedFault[];
  signal: AbortSignal;
  onProgress(run: TrialRun, sent: number): void;
}

export interface TrialRun {
  /** Wall clock, ms. */
  startedMs: number;
  requests: RequestRecord[];
  /** Number of requests answered SUCCEEDED so far. */
  succeeded: number;
  strikes: StruckWindow[];
  /** Null during the trial. */
  traffic: TrafficReport | null;
}

const WAIT_FOR_VICTIM_MS = 20;

/** @throws AbortError; Error when a replica was not healed. */
export async function runTrial(options: TrialOptions): Promise<TrialRun> {
  const { laboratory, client, seed, trial, mode, requests, ratePerSec, signal } = options;
  const run: TrialRun = {
    startedMs: wallMs(),
    requests: [],
    succeeded: 0,
    strikes: [],
    traffic: null,
  };
  const strikes = new Strikes(options, run);
  let sent = 0;
  run.traffic = await runTraffic(mode, {
    client,
    trial,
    ratePerSec,
    signal,
    name: `trial-${trial}`,
    count: requests,
    patients: laboratory.patients,
    random: seededRandom(seed, `traffic-${trial}`),
    onSent: (index) => {
      sent += 1;
      options.faults.forEach(
        (fault, order) => fault.atRequest === index && strikes.add(fault, order),
      );
    },
    onRecord: (record) => {
      run.requests.push(record);
      if (record.status === 'SUCCEEDED') run.succeeded += 1;
      options.onProgress(run, sent);
    },
  });
  await strikes.healed();
  return run;
}

/**
 * The faults of one trial. Victims are chosen one after the other, so that no two faults have the
 * same victim; they are healed concurrently.
 */
class Strikes {
  private last: Promise<unknown> = Promise.resolve();
  private readonly all: Promise<void>[] = [];

  constructor(
    private readonly options: TrialOptions,
    private readonly run: TrialRun,
  ) {}

  /** @param order index in the plan; names the random stream of this fault. */
  add(planned: PlannedFault, order: number): void {
    const struck = this.last.then(() => this.strike(planned, order));
    this.last = struck.catch(() => undefined);
    const healed = struck.then((whenHealed) => whenHealed());
    healed.catch(() => undefined); // `healed()` throws the error.
    this.all.push(healed);
  }

  /** Resolves when every victim is healed. @throws the first error. */
  async healed(): Promise<void> {
    await Promise.all(this.all);
    const [failure] = this.options.injector.failures;
    if (failure)
      throw new Error(`the heal of ${failure.kind} of ${failure.target} failed: ${failure.reason}`);
  }

  /**
   * Waits until a victim is available. @returns a function whose promise resolves when the victim
   * is healed.
   */
  private async strike(
    { delayMs, target: role }: PlannedFault,
    order: number,
  ): Promise<() => Promise<void>> {
    const { laboratory, injector, fault, pauseMs, seed, trial, signal } = this.options;
    const random = seededRandom(seed, `strike-${trial}-${order}`);
    await sleep(delayMs, signal);
    for (;;) {
      const replicas = laboratory.system.replicas.map(({ name, up }) => ({
        name,
        free: up && injector.busyWith(name) === null,
      }));
      const fitting = victims(replicas, (await laboratory.leadership()).leader, role);
      const target = fitting.length > 0 ? random.pick(fitting) : null;
      const struck =
        target === null
          ? null
          : await injector.strike(fault, { target, durationMs: pauseMs, random });
      if (struck?.struck) {
        this.run.strikes.push(struck.window);
        return () => struck.healed;
      }
      await sleep(WAIT_FOR_VICTIM_MS, signal);
    }
  }
}
