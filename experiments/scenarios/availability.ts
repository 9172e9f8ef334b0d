/**
 * The published test, repeated: five trials of 230 payment requests, ten forced failures of payment replicas in each while requests are
 * in flight. Published: 1139 of 1150 succeeded, 99.043 %.
 */
import { seededRandom } from '../../shared/random.js';
import type { Experiment, RunContext } from '../experiment.js';
import { planFaults } from '../faults/plan.js';
import { handoversSince } from '../handovers.js';
import type { Evidence, FaultWindow } from '../history.js';
import type { Journal } from '../journal.js';
import type { Laboratory } from '../laboratory.js';
import { availabilityTable } from '../report/availability-table.js';
import type { Trial } from '../result.js';
import { createPaymentClient } from '../traffic/client.js';
import { summarizeTrial } from '../trial-summary.js';
import { paymentsById, runInLaboratory, SETTLE_MS } from './in-laboratory.js';
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

export const availability: Experiment<typeof OPTIONS> = {
  name: 'availability',
  summary: 'as published: 5 × 230 payments, 10 forced kills each',
  options: OPTIONS,
  check: ({ failures, requests, monitors }) => {
    if (failures > requests) return `--failures ${failures} needs at least as many --requests`;
    return monitors % 2 === 0 ? '--monitors must be odd' : null;
  },
  run,
};

function run(context: Context): Promise<Journal> {
  const { options } = context;
  const { replicas, monitors, seed, deadline } = options;
  return runInLaboratory(
    {
      name: 'availability', replicas, monitors, seed, deadlineMs: deadline,
      perform: async (laboratory) => {
        const runs = await runTrials(context, laboratory);
        return { runs, requests: runs.flatMap(({ requests }) => requests), faults: runs.flatMap(windowsOf) };
      },
      trials: ({ runs }, evidence) => summarize(runs, evidence, deadline),
      objectives: (_trials, { availability: actual }) => [
        { name: `availability within ${deadline} ms`, target: 1, actual, met: actual >= 1 },
      ],
      table: availabilityTable,
    },
    context,
  );
}

/** The faults of a trial, as the journal wants them. */
const windowsOf = ({ startedMs, faults }: TrialRun, index: number): FaultWindow[] =>
  faults.map(({ kind, target, atMs, healedAtMs }) => ({
    trial: index + 1, kind, target, atMs: startedMs + atMs, healedMs: startedMs + healedAtMs,
  }));

async function runTrials({ options, progress, signal }: Context, laboratory: Laboratory): Promise<TrialRun[]> {
  const { trials, requests, rate, deadline, pause, failures, seed, replicas } = options;
  const client = createPaymentClient(laboratory.entrances, laboratory.system.tokens.api, deadline);
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

function summarize(runs: readonly TrialRun[], evidence: Evidence, deadlineMs: number): Trial[] {
  const payments = paymentsById(evidence);
  return runs.map(({ requests, faults, startedMs }, index) => {
    const endMs = runs[index + 1]?.startedMs ?? Infinity;
    const strikes = faults.map(({ target, atMs }) => ({ target, atMs: startedMs + atMs }));
    const until = evidence.elections.filter(({ electedMs }) => electedMs < endMs);
    return summarizeTrial({ requests, payments, faults, handovers: handoversSince(until, strikes, startedMs), deadlineMs });
  });
}
