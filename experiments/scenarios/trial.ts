/**
 * Runs one trial: payments in the traffic mode, and at some of them a fault in a replica or in
 * another part, which is healed after a pause.
 */
import type { MemberState } from '../../shared/balancer/control.js';
import { createControl } from '../../shared/balancer/open-control.js';
import { sleep } from '../../shared/clock.js';
import { seededRandom } from '../../shared/random.js';
import type { FaultDefinition } from '../faults/fault.js';
import type { Injector, InjectedWindow } from '../faults/injector.js';
import { isPrimaryTarget, type FaultTarget, type PlannedFault } from '../faults/plan.js';
import { selectInstances, selectTargets, type PartState } from '../faults/select-targets.js';
import type { RequestRecord } from '../record/history.js';
import type { BalancerProcess } from '../../local/engines/balancer.js';
import type { ManagedProcess } from '../../local/processes/processes.js';
import type { Cluster } from '../system/cluster.js';
import { selectPrimary } from '../storage/select-primary.js';
import { wallMs, type PaymentClient } from '../traffic/client.js';
import { runTraffic } from '../traffic/traffic.js';
import type { TrafficMode, TrafficReport } from '../traffic/traffic-report.js';

export interface TrialOptions {
  cluster: Cluster;
  client: PaymentClient;
  injector: Injector;
  seed: number;
  /** 1 is the first. */
  trial: number;
  mode: TrafficMode;
  requests: number;
  ratePerSec: number;
  fault: FaultDefinition;
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
  injected: InjectedWindow[];
  /** Null during the trial. */
  traffic: TrafficReport | null;
}

const WAIT_FOR_VICTIM_MS = 20;
/** The state of the storage costs several requests, and changes within seconds, ms. */
const WAIT_FOR_PRIMARY_MS = 250;

/**
 * Names of the instances to which the balancer sends no requests. Empty without a balancer; null:
 * the balancer did not answer now.
 */
async function readDown(balancer: BalancerProcess | null): Promise<Set<string> | null> {
  if (!balancer) return new Set();
  const members = await createControl(balancer.control)
    .read()
    .catch(() => null);
  return members && new Set(members.filter(isDown).map(({ name }) => name));
}

const isDown = ({ observed }: MemberState): boolean => observed === 'down';

/** @throws AbortError; Error when a replica was not healed. */
export async function runTrial(options: TrialOptions): Promise<TrialRun> {
  const { cluster, client, seed, trial, mode, requests, ratePerSec, signal } = options;
  const run: TrialRun = {
    startedMs: wallMs(),
    requests: [],
    succeeded: 0,
    injected: [],
    traffic: null,
  };
  const injections = new TrialInjections(options, run);
  let sent = 0;
  run.traffic = await runTraffic(mode, {
    client,
    trial,
    ratePerSec,
    signal,
    name: `trial-${trial}`,
    count: requests,
    patients: cluster.patients,
    random: seededRandom(seed, `traffic-${trial}`),
    onSent: (index) => {
      sent += 1;
      options.faults.forEach(
        (fault, order) => fault.atRequest === index && injections.add(fault, order),
      );
    },
    onRecord: (record) => {
      run.requests.push(record);
      if (record.status === 'SUCCEEDED') run.succeeded += 1;
      options.onProgress(run, sent);
    },
  });
  await injections.waitUntilHealed();
  return run;
}

/**
 * The faults of one trial. Victims of a kind are chosen one after the other, so that no two faults
 * have the same victim; they are healed concurrently. The wait for a primary delays no other fault.
 */
class TrialInjections {
  private readonly last = new Map<FaultTarget | 'service', Promise<unknown>>();
  private readonly all: Promise<void>[] = [];
  private leader: string | null = null;

  constructor(
    private readonly options: TrialOptions,
    private readonly run: TrialRun,
  ) {}

  /** @param order index in the plan; names the random stream of this fault. */
  add(planned: PlannedFault, order: number): void {
    const queue = isPrimaryTarget(planned.target) ? planned.target : 'service';
    const before = this.last.get(queue) ?? Promise.resolve();
    const injected = before.then(() => this.inject(planned, order));
    this.last.set(
      queue,
      injected.catch(() => undefined),
    );
    const waitUntilHealed = injected.then((whenHealed) => whenHealed());
    waitUntilHealed.catch(() => undefined); // `healed()` throws the error.
    this.all.push(waitUntilHealed);
  }

  /** Resolves when every victim is healed. @throws the first error. */
  async waitUntilHealed(): Promise<void> {
    await Promise.all(this.all);
    const [failure] = this.options.injector.failures;
    if (failure)
      throw new Error(`the heal of ${failure.kind} of ${failure.target} failed: ${failure.reason}`);
  }

  /** Names of the possible victims. */
  private async select(role: FaultTarget): Promise<string[]> {
    const { cluster, injector } = this.options;
    if (isPrimaryTarget(role)) return selectPrimary(cluster, role);
    const toState = ({ name, up }: ManagedProcess): PartState => ({
      name,
      free: up && injector.busyWith(name) === null,
    });
    if (role === 'instance') {
      const down = await readDown(cluster.system.balancer);
      return down === null ? [] : selectInstances(cluster.system.patients.map(toState), down);
    }
    return selectTargets(cluster.system.replicas.map(toState), await this.findLeader(), role);
  }

  /** While PostgreSQL does not answer, no other leader is elected: the last answer counts. */
  private async findLeader(): Promise<string | null> {
    const { leader } = await this.options.cluster
      .leadership()
      .catch(() => ({ leader: this.leader }));
    this.leader = leader;
    return leader;
  }

  /**
   * Waits until a victim is available. @returns a function whose promise resolves when the victim
   * is healed.
   */
  private async inject(
    { delayMs, target: role }: PlannedFault,
    order: number,
  ): Promise<() => Promise<void>> {
    const { injector, fault, pauseMs, seed, trial, signal } = this.options;
    const pollMs = isPrimaryTarget(role) ? WAIT_FOR_PRIMARY_MS : WAIT_FOR_VICTIM_MS;
    const random = seededRandom(seed, `strike-${trial}-${order}`);
    await sleep(delayMs, signal);
    for (;;) {
      const fitting = await this.select(role);
      const target = fitting.length > 0 ? random.pick(fitting) : null;
      const result =
        target === null
          ? null
          : await injector.inject(fault, { target, durationMs: pauseMs, random });
      if (result?.injected) {
        this.run.injected.push(result.window);
        return () => result.healed;
      }
      await sleep(pollMs, signal);
    }
  }
}
