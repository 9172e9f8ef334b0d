/** One trial: payments at a steady rate, and at chosen ones of them a replica is killed, which returns after a pause. */
import type { ManagedProcess } from '../../local/processes.js';
import { sleep } from '../../shared/clock.js';
import type { Random } from '../../shared/random.js';
import type { PlannedFault } from '../faults/plan.js';
import type { RequestRecord } from '../history.js';
import type { Laboratory } from '../laboratory.js';
import type { FaultRecord } from '../result.js';
import type { PaymentClient } from '../traffic/client.js';
import { openLoop } from '../traffic/open-loop.js';

export interface TrialOptions {
  laboratory: Laboratory;
  client: PaymentClient;
  random: Random;
  trial: number;
  requests: number;
  ratePerSec: number;
  /** How long a killed replica stays away before it is started again, in ms. */
  pauseMs: number;
  faults: readonly PlannedFault[];
  signal: AbortSignal;
  onProgress(requests: readonly RequestRecord[], killed: number, sent: number): void;
}

export interface TrialRun {
  startedMs: number;
  requests: RequestRecord[];
  faults: FaultRecord[];
}

const wallMs = (): number => performance.timeOrigin + performance.now();
const WAIT_FOR_VICTIM_MS = 20;

export async function runTrial(options: TrialOptions): Promise<TrialRun> {
  const { laboratory, client, random, trial, requests, ratePerSec, signal } = options;
  const run: TrialRun = { startedMs: wallMs(), requests: [], faults: [] };
  const strikes = new Strikes(options, run);
  let sent = 0;
  await openLoop({
    count: requests,
    ratePerSec,
    signal,
    send: async (index, intendedMs) => {
      const order = {
        key: `trial-${trial}-request-${index}`,
        patientId: random.pick(laboratory.patients),
        amountMinor: 1_000 + random.below(90_000),
        currency: 'USD',
      };
      const answer = client.pay(order, trial, intendedMs);
      sent += 1;
      for (const fault of options.faults) if (fault.atRequest === index) strikes.add(fault);
      run.requests.push(await answer);
      options.onProgress(run.requests, run.faults.length, sent);
    },
  });
  await strikes.healed();
  return run;
}

/** The kills of one trial. Victims are chosen one after the other, so that no two strike the same; they return side by side. */
class Strikes {
  private choosing: Promise<unknown> = Promise.resolve();
  private readonly all: Promise<void>[] = [];

  constructor(
    private readonly options: TrialOptions,
    private readonly run: TrialRun,
  ) {}

  add(fault: PlannedFault): void {
    const struck = this.choosing.then(() => this.kill(fault));
    this.choosing = struck.catch(() => undefined);
    const healed = struck.then(([victim, record]) => this.heal(victim, record));
    healed.catch(() => undefined); // Whoever awaits `healed()` hears of it.
    this.all.push(healed);
  }

  /** Resolves when every victim is back. @throws what went wrong with one of them. */
  async healed(): Promise<void> {
    await Promise.all(this.all);
  }

  private async kill({ delayMs, target }: PlannedFault): Promise<[ManagedProcess, FaultRecord]> {
    await sleep(delayMs, this.options.signal);
    const victim = await chooseVictim(this.options, target);
    const record: FaultRecord = { kind: 'kill', target: victim.name, atMs: wallMs() - this.run.startedMs, healedAtMs: 0 };
    victim.kill('SIGKILL');
    this.run.faults.push(record);
    await victim.exited;
    return [victim, record];
  }

  private async heal(victim: ManagedProcess, record: FaultRecord): Promise<void> {
    await sleep(this.options.pauseMs, this.options.signal);
    await victim.start();
    record.healedAtMs = wallMs() - this.run.startedMs;
  }
}

/** Never the last one alive: with nobody left there is nothing to hand over to. */
async function chooseVictim({ laboratory, random, signal }: TrialOptions, target: PlannedFault['target']): Promise<ManagedProcess> {
  for (;;) {
    const up = laboratory.system.replicas.filter((replica) => replica.up);
    if (up.length > 1) {
      const { leader } = await laboratory.leadership();
      const fitting = up.filter(({ name }) => (name === leader) === (target === 'leader'));
      if (fitting.length > 0) return random.pick(fitting);
    }
    await sleep(WAIT_FOR_VICTIM_MS, signal);
  }
}
