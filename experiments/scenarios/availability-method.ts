/**
 * The published method, for any system under test: trials with a fixed number of payments and of
 * forced failures of payment servers. Everything is derived from the seed (payments, times, roles,
 * victims), so every system gets the same traffic and the same failures.
 */
import { seededRandom } from '../../shared/random.js';
import type { Retries } from '../../shared/balancer/pool.js';
import type { Options } from '../../shared/arguments/options.js';
import type { RunContext } from '../experiment.js';
import { getFault } from '../faults/faults.js';
import { Injector } from '../faults/injector.js';
import { planFaults, type TargetShares } from '../faults/plan.js';
import { handoversSince } from '../record/handovers.js';
import type { RunEvidence, FaultWindow } from '../record/history.js';
import type { Cluster } from '../system/cluster.js';
import type { Trial } from '../record/result.js';
import { createPaymentClient } from '../traffic/client.js';
import { isTrafficMode, type TrafficMode } from '../traffic/traffic-report.js';
import { summarizeTrial, toFaultRecords } from '../record/trial-summary.js';
import { paymentsById, SETTLE_MS, type MeasureSystem } from './with-cluster.js';
import { BALANCER_OPTION, checkBalancer, INSTANCES, toBalancer } from './behind-balancer.js';
import { runTrial, type TrialOptions, type TrialRun } from './trial.js';

export const OPTIONS = {
  trials: { default: 5, min: 1, max: 1_000, doc: 'trials' },
  requests: { default: 230, min: 1, max: 1_000_000, doc: 'payment requests per trial' },
  failures: {
    default: 10,
    min: 0,
    max: 10_000,
    doc: 'forced failures of payment servers per trial',
  },
  fault: { text: true, value: 'KIND', doc: 'kill, freeze or restart (kill)' },
  traffic: { text: true, value: 'MODE', doc: 'open, batch or closed (open)' },
  rate: {
    default: 10,
    min: 0,
    max: 10_000,
    doc: 'requests per second of open traffic; 0: all at once',
  },
  deadline: {
    default: 1_000,
    min: 1,
    max: 600_000,
    doc: 'ms within which a request must have succeeded',
  },
  pause: {
    default: 1_000,
    min: 0,
    max: 600_000,
    doc: 'ms before a failed server is started again',
  },
  monitors: { default: 1, min: 1, max: 5, doc: 'monitors: 1, 3 or 5' },
  replicas: { default: 3, min: 2, max: 9, doc: 'payment replicas' },
  balancer: BALANCER_OPTION,
  victims: {
    text: true,
    value: 'WHICH',
    doc: 'with a balancer: replicas, instances or both (both)',
  },
  repeat: {
    text: true,
    value: 'WHAT',
    doc: 'what the balancer repeats: safe, none or all (safe)',
  },
  compare: { flag: true, doc: 'compare with a single server and the published design' },
  seed: { default: 1, min: 0, max: 2 ** 31 - 1, doc: 'chooses times, victims and payments' },
} as const;

export type AvailabilityOptions = Options<typeof OPTIONS>;
type VictimOptions = Pick<AvailabilityOptions, 'balancer' | 'victims'>;
export type AvailabilityContext = RunContext<typeof OPTIONS>;

/** Kinds of faults that every system supports. */
const KINDS = ['kill', 'freeze', 'restart'];

/** Shares of the failures that target the current leader and an instance; the others, a standby. */
const SHARES: Readonly<Record<string, TargetShares>> = {
  replicas: { leader: 2 / 3, instance: 0 },
  instances: { leader: 0, instance: 1 },
  both: { leader: 1 / 3, instance: 1 / 2 },
};
const RETRIES: readonly Retries[] = ['safe', 'none', 'all'];

const getShares = ({ balancer, victims }: VictimOptions): TargetShares =>
  SHARES[victims ?? (balancer ? 'both' : 'replicas')] as TargetShares;

export const trafficOf = ({ traffic }: Pick<AvailabilityOptions, 'traffic'>): TrafficMode =>
  traffic !== null && isTrafficMode(traffic) ? traffic : 'open';

/** Checks the options beyond their ranges. @returns an error message, or null. */
export function checkOptions({
  failures,
  requests,
  monitors,
  fault,
  traffic,
  ...front
}: AvailabilityOptions): string | null {
  if (failures > requests) return `--failures ${failures} needs at least as many --requests`;
  if (fault !== null && !KINDS.includes(fault))
    return `--fault must be one of ${KINDS.join(', ')}, got "${fault}"`;
  if (traffic !== null && !isTrafficMode(traffic))
    return `--traffic must be open, batch or closed, got "${traffic}"`;
  return monitors % 2 === 0 ? '--monitors must be odd' : checkFront(front);
}

type FrontOptions = Pick<AvailabilityOptions, 'balancer' | 'victims' | 'repeat' | 'compare'>;

function checkFront({ balancer, victims, repeat, compare }: FrontOptions): string | null {
  if (balancer === null && (victims ?? repeat) !== null)
    return '--victims and --repeat need --balancer';
  if (balancer !== null && compare) return '--compare runs without --balancer';
  if (victims !== null && !(victims in SHARES))
    return `--victims must be one of ${Object.keys(SHARES).join(', ')}, got "${victims}"`;
  if (repeat !== null && !RETRIES.some((known) => known === repeat))
    return `--repeat must be one of ${RETRIES.join(', ')}, got "${repeat}"`;
  return checkBalancer(balancer);
}

/** Plans the faults of a trial from the options alone: the same plan for every system. */
export const planTrial = (
  {
    seed,
    requests,
    failures,
    ...victims
  }: Pick<AvailabilityOptions, 'seed' | 'requests' | 'failures' | 'balancer' | 'victims'>,
  trial: number,
) => planFaults(seededRandom(seed, `faults-${trial}`), requests, failures, getShares(victims));

export interface Done {
  runs: TrialRun[];
}

export function availabilityMethod(context: AvailabilityContext): MeasureSystem<Done> {
  const { replicas, monitors, deadline, balancer, repeat } = context.options;
  const retries = RETRIES.find((known) => known === repeat) ?? 'safe';
  return {
    replicas,
    monitors,
    patients: balancer === null ? 1 : INSTANCES,
    balancer: toBalancer(balancer),
    pool: { retries },
    deadlineMs: deadline,
    perform: async (cluster) => {
      const runs = await runTrials(context, cluster);
      return {
        runs,
        requests: runs.flatMap(({ requests }) => requests),
        faults: runs.flatMap(windowsOf),
      };
    },
    trials: ({ runs }, evidence) => summarize(runs, evidence, deadline),
  };
}

const windowsOf = ({ injected }: TrialRun, index: number): FaultWindow[] =>
  injected.map((window) => ({ trial: index + 1, ...window }));

async function runTrials(context: AvailabilityContext, cluster: Cluster): Promise<TrialRun[]> {
  const { options, signal } = context;
  const { trials, deadline, replicas, fault } = options;
  const client = createPaymentClient(cluster.addresses, cluster.system.tokens.api, deadline);
  const injector = new Injector(cluster, signal);
  const runs: TrialRun[] = [];
  try {
    for (let trial = 1; trial <= trials; trial += 1) {
      await cluster.waitUntilSettled(replicas, SETTLE_MS);
      runs.push(
        await runTrial({
          cluster,
          client,
          injector,
          fault: getFault(fault ?? 'kill'),
          ...trialOptions(context, cluster, trial),
        }),
      );
    }
  } finally {
    client.close();
  }
  return runs;
}

type Rest = Omit<TrialOptions, 'cluster' | 'client' | 'injector' | 'fault'>;

function trialOptions(
  { options, progress, signal }: AvailabilityContext,
  { subject }: Cluster,
  trial: number,
): Rest {
  const { trials, requests, rate, pause, failures, seed, compare } = options;
  const name = compare ? `${subject.name}: ` : '';
  return {
    trial,
    requests,
    seed,
    signal,
    mode: trafficOf(options),
    ratePerSec: rate,
    pauseMs: pause,
    faults: planTrial(options, trial),
    onProgress: (run, sent) => {
      const counts = `${sent}/${requests} sent · ${run.succeeded} succeeded · ${run.injected.length}/${failures} failures`;
      progress.show(`${name}trial ${trial}/${trials} · ${counts}`);
    },
  };
}

function summarize(runs: readonly TrialRun[], evidence: RunEvidence, deadlineMs: number): Trial[] {
  const payments = paymentsById(evidence);
  return runs.map(({ requests, injected, startedMs }, index) => {
    const endMs = runs[index + 1]?.startedMs ?? Infinity;
    const until = evidence.elections.filter(({ electedMs }) => electedMs < endMs);
    return summarizeTrial({
      requests,
      payments,
      faults: toFaultRecords(injected, startedMs),
      handovers: handoversSince(until, injected, startedMs),
      deadlineMs,
    });
  });
}
