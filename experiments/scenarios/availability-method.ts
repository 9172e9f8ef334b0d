/**
 * The published method, for any system under test: trials with a fixed number of payments and of
 * forced failures of payment servers. Everything is derived from the seed (payments, times, roles,
 * victims), so every system gets the same traffic and the same failures.
 */
import { getFault } from '../faults/faults.js';
import { Injector } from '../faults/injector.js';
import { handoversSince } from '../record/handovers.js';
import type { RunEvidence, FaultWindow } from '../record/history.js';
import type { Cluster } from '../system/cluster.js';
import type { Trial } from '../record/result.js';
import { waitUntilStorageWorks } from '../storage/parts.js';
import { createPaymentClient } from '../traffic/client.js';
import { summarizeTrial, toFaultRecords } from '../record/trial-summary.js';
import { planTrial, RETRIES, trafficOf, type AvailabilityContext } from './availability-options.js';
import { INSTANCES, toBalancer } from './behind-balancer.js';
import { chooseStorage, LIMITS_MS, WHOLE_MS } from './on-standby.js';
import { runTrial, type TrialOptions, type TrialRun } from './trial.js';
import { paymentsById, SETTLE_MS, type MeasureSystem } from './with-cluster.js';

export interface Done {
  runs: TrialRun[];
}

export function availabilityMethod(context: AvailabilityContext): MeasureSystem<Done> {
  const { replicas, monitors, deadline, balancer, repeat, standby } = context.options;
  const retries = RETRIES.find((known) => known === repeat) ?? 'safe';
  return {
    replicas,
    monitors,
    patients: balancer === null ? 1 : INSTANCES,
    balancer: toBalancer(balancer),
    pool: { retries },
    ...chooseStorage(standby),
    deadlineMs: deadline,
    perform: async (cluster) => {
      const runs = await runTrials(context, cluster);
      return {
        runs,
        requests: runs.flatMap(({ requests }) => requests),
        faults: runs.flatMap(windowsOf),
      };
    },
    trials: ({ runs }, evidence) =>
      summarize(runs, evidence, { deadlineMs: deadline, limitsMs: standby ? LIMITS_MS : [] }),
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
      await waitUntilStorageWorks(cluster, WHOLE_MS, signal);
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
    await waitUntilStorageWorks(cluster, WHOLE_MS, signal);
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

function summarize(
  runs: readonly TrialRun[],
  evidence: RunEvidence,
  limits: { deadlineMs: number; limitsMs: readonly number[] },
): Trial[] {
  const payments = paymentsById(evidence);
  return runs.map(({ requests, injected, startedMs }, index) => {
    const endMs = runs[index + 1]?.startedMs ?? Infinity;
    const until = evidence.elections.filter(({ electedMs }) => electedMs < endMs);
    return summarizeTrial({
      requests,
      payments,
      faults: toFaultRecords(injected, startedMs),
      handovers: handoversSince(until, injected, startedMs),
      ...limits,
    });
  });
}
