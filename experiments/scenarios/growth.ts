/**
 * Measures the cost of growth: backlogs of a thousand to a million payments, then ten million
 * finished payments in the table. For each size: the cost of a payment by process, the memory of
 * all processes, the time of a take-over by another leader, and the duration of users' reads. All
 * other settings are the shipped ones.
 */
import { tmpdir } from 'node:os';
import type { Experiment, RunContext } from '../experiment.js';
import { GrowthRun, KILLS_GATEWAY_MS, type Growth } from '../growth/growth-run.js';
import { ratePerSec, type CostFigures, type TakeOverFigures } from '../growth/figures.js';
import { missingRoom } from '../growth/finished.js';
import { growthObjectives } from '../growth/objectives.js';
import { parseSizes } from '../growth/sizes.js';
import { REPLICAS } from '../growth/cluster-control.js';
import type { RunRecord, OwnReport } from '../record/run-record.js';
import { openCluster } from '../system/cluster.js';
import { describeMachine } from '../system/machine.js';
import { growthSummary } from '../report/growth-summary.js';
import { growthTable } from '../report/growth-table.js';
import { growthPage } from '../report/page/growth.js';
import type { Trial } from '../record/result.js';
import { RELEVO } from '../system/system-under-test.js';
import { SETTLE_MS } from './with-cluster.js';
import { startResult } from './result-maker.js';

const PENDING = '1000,10000,100000,1000000';

const OPTIONS = {
  pending: { text: true, value: 'SIZES', doc: `backlogs, separated by commas (${PENDING})` },
  finished: {
    default: 10_000_000,
    min: 0,
    max: 100_000_000,
    doc: 'finished payments added afterwards; 0: none, no reads',
  },
  kills: { default: 5, min: 1, max: 1_000, doc: 'leaders killed at each size' },
  rounds: { default: 5, min: 1, max: 100, doc: 'maximum number of drains of each size' },
  seed: { default: 1, min: 0, max: 2 ** 31 - 1, doc: 'chooses leaders, times and patients' },
} as const;

type Context = RunContext<typeof OPTIONS>;

export const growth: Experiment<typeof OPTIONS> = {
  name: 'growth',
  summary: 'cost of a payment, memory and take-over time as backlog and table grow',
  options: OPTIONS,
  check: ({ pending, finished }) => {
    const sizes = parseSizes(pending ?? PENDING);
    return typeof sizes === 'string' ? sizes : missingRoom(tmpdir(), finished + Math.max(...sizes));
  },
  run,
};

async function run(context: Context): Promise<RunRecord> {
  const { options, command } = context;
  const { makeResult } = startResult('growth', options.seed);
  const sizes = parseSizes(options.pending ?? PENDING);
  if (typeof sizes === 'string') throw new Error(sizes);
  const measured = await measure({ ...options, sizes }, context);
  const result = makeResult({
    verdict: measured.violations.length > 0 ? 'invalid' : 'valid',
    violations: measured.violations,
    objectives: growthObjectives(measured),
    systems: [],
  });
  context.print(growthTable(measured, result));
  const machine = describeMachine(measured.versions);
  const journal = {
    result,
    command,
    deadlineMs: 0,
    machine,
    plan: null,
    notes: notesOf(measured),
    systems: [],
  };
  return { ...journal, own: ownReport(journal, measured) };
}

async function measure(
  options: ConstructorParameters<typeof GrowthRun>[1],
  { progress, signal }: Pick<Context, 'progress' | 'signal'>,
): Promise<Growth> {
  const replicas = REPLICAS + 1;
  // As shipped: the gateway is simulated inside the replicas, and fault switches are off. The first
  // measurements are the take-overs.
  const cluster = await openCluster({
    replicas,
    monitors: 1,
    patients: 1,
    gateway: 'simulated',
    usualEngines: true,
    env: { FAULTS: 'off', LOG_LEVEL: 'warn', GATEWAY_LATENCY_MS: String(KILLS_GATEWAY_MS) },
    progress,
    signal,
  });
  try {
    await cluster.waitUntilSettled(replicas, SETTLE_MS);
    return await new GrowthRun(cluster, options, signal, (text) => progress.show(text)).run();
  } finally {
    progress.end();
    await cluster.close();
  }
}

const notesOf = ({ unread }: Growth): string[] => [
  `Take-over: a call to the gateway takes ${KILLS_GATEWAY_MS} ms. Costs: 0 ms. The gateway is simulated in process, so there is no ledger to compare.`,
  'Standby: one of the replicas that do not lead. The lab’s own CPU time is in growth.json and in no sum.',
  ...(unread.length > 0
    ? [
        `Judged by SQL alone, because reading every row takes too long: sizes of ${unread.join(', ')} payments.`,
      ]
    : []),
];

type Size = CostFigures | TakeOverFigures;

/** A size as a trial, with the fields that apply. */
function trialOf(size: Size): Partial<Trial> {
  if ('kills' in size)
    return { sent: size.pending, handovers: size.kills.map(({ handover }) => handover) };
  const { pending, drained } = size;
  const latencyMs = drained.at(-1)?.waitedMs;
  return {
    sent: pending,
    pending: 0,
    throughputPerSec: Math.round(ratePerSec(drained)),
    ...(latencyMs ? { latencyMs } : {}),
  };
}

function ownReport(journal: RunRecord, measured: Growth): OwnReport {
  const { costs, takeOvers, sent, succeeded } = measured;
  const handovers = takeOvers.flatMap(({ kills }) => kills.map(({ handover }) => handover));
  const total = { sent, succeeded, pending: 0, availability: succeeded / sent, handovers };
  return {
    systems: [{ system: RELEVO.name, trials: [...costs, ...takeOvers].map(trialOf), total }],
    files: {
      'growth.json': `${JSON.stringify(measured, null, 2)}\n`,
      'summary.md': growthSummary(journal, measured),
      'report.html': growthPage(journal, measured),
    },
  };
}
