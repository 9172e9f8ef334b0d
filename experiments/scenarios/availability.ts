/**
 * The published test, repeated: five trials of 230 payment requests, ten forced failures of payment replicas in each while requests are
 * in flight. Published: 1139 of 1150 succeeded, 99.043 %.
 */
import { seededRandom } from '../../shared/random.js';
import { check } from '../checkers/checkers.js';
import { comesToRest, readCharges, readElections, readPayments } from '../evidence.js';
import type { Experiment, ExperimentRun, RunContext } from '../experiment.js';
import { planFaults } from '../faults/plan.js';
import { handoversSince } from '../handovers.js';
import type { Evidence } from '../history.js';
import { openLaboratory, type Laboratory } from '../laboratory.js';
import { currentCommit } from '../report/files.js';
import { availabilityTable } from '../report/availability-table.js';
import type { ExperimentResult, Trial } from '../result.js';
import { createPaymentClient } from '../traffic/client.js';
import { summarizeTrial } from '../trial-summary.js';
import { runTrial, type TrialRun } from './trial.js';

const OPTIONS = {
  trials: { default: 5, min: 1, max: 1_000, doc: 'trials' },
  requests: { default: 230, min: 1, max: 1_000_000, doc: 'payment requests a trial' },
  failures: { default: 10, min: 0, max: 10_000, doc: 'forced kills of replicas a trial' },
  rate: { default: 10, min: 0, max: 10_000, doc: 'requests a second; 0: all at once' },
  deadline: { default: 5_000, min: 1, max: 600_000, doc: 'ms within which a request must have succeeded' },
  pause: { default: 1_000, min: 0, max: 600_000, doc: 'ms before a killed replica is started again' },
  monitors: { default: 1, min: 1, max: 5, doc: 'monitors: 1, 3 or 5' },
  replicas: { default: 3, min: 2, max: 9, doc: 'payment replicas' },
  seed: { default: 1, min: 0, max: 2 ** 31 - 1, doc: 'chooses moments, victims and payments' },
} as const;

type Context = RunContext<typeof OPTIONS>;

/** Share of the kills that strike the leader of the moment; the others strike a standby. */
const LEADER_SHARE = 2 / 3;
const SETTLE_MS = 30_000;
const REST_MS = 60_000;

export const availability: Experiment<typeof OPTIONS> = {
  name: 'availability',
  summary: 'payments under forced kills, as published: 5 × 230 requests, 10 kills each',
  options: OPTIONS,
  check: ({ failures, requests, monitors }) => {
    if (failures > requests) return `--failures ${failures} needs at least as many --requests`;
    return monitors % 2 === 0 ? '--monitors must be odd' : null;
  },
  run,
};

async function run(context: Context): Promise<ExperimentRun> {
  const { options, progress, signal } = context;
  const startedAt = new Date();
  const startMs = performance.now();
  const { replicas, monitors } = options;
  const laboratory = await openLaboratory({ replicas, monitors, patients: 1, progress, signal });
  try {
    const runs = await runTrials(context, laboratory);
    progress.show('Waiting for everything to come to rest, then checking …');
    const rested = await comesToRest(laboratory.pool, REST_MS, signal);
    const evidence = await collect(laboratory, runs);
    const violations = check(evidence);
    const trials = summarize(context, runs, evidence);
    const total = totalOf(context, runs, evidence, trials);
    const result: ExperimentResult = {
      name: 'availability',
      seed: options.seed,
      commit: currentCommit(),
      startedAt: startedAt.toISOString(),
      durationMs: Math.round(performance.now() - startMs),
      verdict: violations.length > 0 ? 'invalid' : rested ? 'valid' : 'unknown',
      violations,
      objectives: [
        { name: `availability within ${options.deadline} ms`, target: 1, actual: total.availability, met: total.availability >= 1 },
      ],
      systems: [{ system: 'relevo', trials, total }],
    };
    progress.end();
    context.print(availabilityTable(result));
    return { result, evidence };
  } finally {
    progress.end();
    await laboratory.close();
  }
}

async function runTrials({ options, progress, signal }: Context, laboratory: Laboratory): Promise<TrialRun[]> {
  const { trials, requests, rate, deadline, pause, failures, seed, replicas } = options;
  const client = createPaymentClient(laboratory.system.patients.map(({ url }) => url), laboratory.system.tokens.api, deadline);
  const runs: TrialRun[] = [];
  try {
    for (let trial = 1; trial <= trials; trial += 1) {
      await laboratory.settled(replicas, SETTLE_MS);
      const faults = planFaults(seededRandom(seed, `faults-${trial}`), requests, failures, LEADER_SHARE);
      runs.push(
        await runTrial({
          laboratory, client, trial, requests, faults, signal,
          random: seededRandom(seed, `traffic-${trial}`),
          ratePerSec: rate,
          pauseMs: pause,
          onProgress: (answered, killed, sent) => {
            const succeeded = answered.filter(({ status }) => status === 'SUCCEEDED').length;
            progress.show(`trial ${trial}/${trials} · ${sent}/${requests} sent · ${succeeded} succeeded · ${killed}/${failures} kills`);
          },
        }),
      );
    }
  } finally {
    client.close();
  }
  return runs;
}

async function collect({ pool, system }: Laboratory, runs: readonly TrialRun[]): Promise<Evidence> {
  const [payments, elections, charges] = await Promise.all([readPayments(pool), readElections(pool), readCharges(system)]);
  return { requests: runs.flatMap(({ requests }) => requests), payments, elections, charges };
}

function summarize({ options }: Context, runs: readonly TrialRun[], { payments, elections }: Evidence): Trial[] {
  const byId = new Map(payments.map((row) => [row.id, row]));
  return runs.map(({ requests, faults, startedMs }, index) => {
    const endMs = runs[index + 1]?.startedMs ?? Infinity;
    const strikes = faults.map(({ target, atMs }) => ({ target, atMs: startedMs + atMs }));
    const until = elections.filter(({ electedMs }) => electedMs < endMs);
    const handovers = handoversSince(until, strikes, startedMs);
    return summarizeTrial({ requests, payments: byId, faults, handovers, deadlineMs: options.deadline });
  });
}

function totalOf({ options }: Context, runs: readonly TrialRun[], { payments }: Evidence, trials: readonly Trial[]): Trial {
  const total = summarizeTrial({
    requests: runs.flatMap(({ requests }) => requests),
    payments: new Map(payments.map((row) => [row.id, row])),
    faults: trials.flatMap(({ faults }) => faults),
    handovers: trials.flatMap(({ handovers }) => handovers),
    deadlineMs: options.deadline,
  });
  return total;
}
