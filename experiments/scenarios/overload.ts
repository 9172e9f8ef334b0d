/**
 * Sends twice as many users as the system serves in time, for two minutes: nothing that it accepted
 * is lost, the others are refused in time, its memory stays flat, and it recovers. The saturation
 * point is measured first, on the same system.
 */
import { setMaxListeners } from 'node:events';
import { count, duration } from '../../shared/format.js';
import { readBalancerVersion, requireBalancer } from '../balancer/program.js';
import { openCapacitySystem } from '../capacity/systems.js';
import type { Experiment, RunContext } from '../experiment.js';
import type { OverloadFigures } from '../overload/figures.js';
import { overloadObjectives } from '../overload/objectives.js';
import { findPhase, planPhases, type OverloadPhase } from '../overload/phases.js';
import { runOverload, type MeasuredOverload } from '../overload/run-overload.js';
import { measureSaturation } from '../overload/saturation.js';
import { readVersions } from '../record/evidence.js';
import type { Trial } from '../record/result.js';
import type { OwnReport, RunRecord } from '../record/run-record.js';
import { overloadSummary } from '../report/overload-summary.js';
import { overloadTable } from '../report/overload-table.js';
import { overloadPage } from '../report/page/overload.js';
import type { Cluster } from '../system/cluster.js';
import { describeMachine } from '../system/machine.js';
import { BALANCER_OPTION, checkBalancer, INSTANCES, toBalancer } from './behind-balancer.js';
import { startResult } from './result-maker.js';

/** With `--quick`: a fixed rate, so that no search is necessary, and a short overload. */
const QUICK = { rate: 15, seconds: 6 };

const OPTIONS = {
  rate: {
    default: 0,
    min: 0,
    max: 10_000,
    doc: 'saturation point, users per second; 0: measured first',
  },
  factor: { default: 2, min: 1, max: 20, doc: 'multiple of the saturation point' },
  seconds: { default: 120, min: 5, max: 3_600, doc: 'duration of the overload' },
  instances: {
    default: 0,
    min: 0,
    max: 9,
    doc: `instances of patients; 0: 1, or ${INSTANCES} behind a balancer`,
  },
  balancer: BALANCER_OPTION,
  quick: { flag: true, doc: `${QUICK.seconds} s at a multiple of ${QUICK.rate} users per second` },
  seed: { default: 1, min: 0, max: 2 ** 31 - 1, doc: 'chooses the payments' },
} as const;

type Context = RunContext<typeof OPTIONS>;
type OverloadOptions = Context['options'];

const apply = (given: OverloadOptions): OverloadOptions => ({
  ...given,
  ...(given.quick ? QUICK : {}),
});

function check({ balancer, instances }: OverloadOptions): string | null {
  if (balancer === null && instances > 1)
    return `--instances ${instances} needs --balancer, which spreads the users`;
  return checkBalancer(balancer);
}

export const overload: Experiment<typeof OPTIONS> = {
  name: 'overload',
  summary: 'twice the saturation point: refusals, accepted payments, memory, recovery',
  options: OPTIONS,
  check,
  run,
};

async function run(context: Context): Promise<RunRecord> {
  const options = apply(context.options);
  const balancer = toBalancer(options.balancer);
  const program = balancer && { [balancer]: readBalancerVersion(requireBalancer(balancer)) };
  const { makeResult } = startResult('overload', options.seed);
  const { figures, judgement, versions } = await measure({ ...context, options });
  const result = makeResult({
    verdict: judgement.verdict,
    violations: judgement.violations,
    objectives: overloadObjectives(figures),
    systems: [],
  });
  context.print(overloadTable(figures, result));
  const journal = {
    result,
    command: context.command,
    deadlineMs: 0,
    machine: describeMachine({ ...program, ...versions }),
    plan: null,
    notes: notesOf(figures, judgement.missing),
    systems: [],
  };
  return { ...journal, own: ownReport(journal, figures) };
}

const notesOf = ({ saturation }: OverloadFigures, missing: readonly string[]): string[] => [
  saturation.isMeasured
    ? 'The saturation point is the highest rate at which 99.9 % of the requests succeed, 95 % of them within 500 ms. It was measured before the overload, on the same system.'
    : 'The saturation point was given.',
  'A refused or failed request ends its user. There are no retries.',
  ...missing,
];

/** The refusals are off by default; the experiment measures them. */
const TURN_MS = '200';

async function measure(
  context: Context,
): Promise<MeasuredOverload & { versions: Record<string, string> }> {
  const { options, progress, signal } = context;
  // Every user waits on it.
  setMaxListeners(0, signal);
  const balancer = toBalancer(options.balancer);
  const cluster = await openCapacitySystem(
    balancer ? 'relevo-balanced' : 'relevo',
    { balancer: balancer ?? 'haproxy', instances: options.instances || INSTANCES },
    { progress, signal, env: { OVERLOAD_TURN_MS: process.env['OVERLOAD_TURN_MS'] ?? TURN_MS } },
  );
  try {
    const saturation = await findSaturation(context, cluster);
    const phases = planPhases({ ...options, saturationPerSec: saturation.perSec });
    const measured = await runOverload({
      ...{ cluster, saturation, phases, signal },
      ...{ factor: options.factor, seed: options.seed },
      onProgress: (atMs, sent, refused, failed) =>
        progress.show(
          `${describePhase(phases, atMs)} · ${count(sent)} requests · ${count(refused)} refused · ${count(failed)} failed`,
        ),
    });
    return { ...measured, versions: await readVersions(cluster.pool, cluster.system.redisUrl) };
  } finally {
    progress.end();
    await cluster.close();
  }
}

const describePhase = (phases: readonly OverloadPhase[], atMs: number): string => {
  const { name, perSec } = findPhase(phases, atMs);
  return `${name}, ${perSec} users/s, ${duration(Math.floor(atMs / 1_000) * 1_000)}`;
};

/** @throws Error when the system serves no rate at all. */
async function findSaturation(
  { options, progress, signal }: Context,
  cluster: Cluster,
): Promise<OverloadFigures['saturation']> {
  if (options.rate > 0) return { perSec: options.rate, isMeasured: false };
  const perSec = await measureSaturation({
    ...{ cluster, signal, seed: options.seed },
    onProgress: (rate, sent, failed) =>
      progress.show(`saturation: ${rate} users/s · ${count(sent)} requests · ${failed} failed`),
  });
  if (perSec === 0) throw new Error('the system serves no rate in time; choose one with --rate');
  return { perSec, isMeasured: true };
}

function ownReport(journal: RunRecord, figures: OverloadFigures): OwnReport {
  const trials = figures.phases.map((phase): Partial<Trial> => {
    const { sent, succeeded, failed, refused, succeededPerSec, latencyMs, errors } = phase;
    const { median: p50, p95, p99, max } = latencyMs;
    return {
      ...{ sent, succeeded, failed, availability: succeeded / sent },
      throughputPerSec: succeededPerSec,
      latencyMs: { p50, p95, p99, max },
      errors: { ...errors, refused },
    };
  });
  const total = (field: 'sent' | 'succeeded' | 'failed'): number =>
    figures.phases.reduce((all, phase) => all + phase[field], 0);
  const [sent, succeeded] = [total('sent'), total('succeeded')];
  return {
    systems: [
      {
        system: 'relevo',
        trials,
        total: { sent, succeeded, failed: total('failed'), availability: succeeded / sent },
      },
    ],
    files: {
      'overload.json': `${JSON.stringify(figures, null, 2)}\n`,
      'summary.md': overloadSummary(journal, figures),
      'report.html': overloadPage(journal, figures),
    },
  };
}
