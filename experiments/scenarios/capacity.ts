/**
 * Measures where a system saturates: one process that does everything, as in the published report
 * about a permit site under load, one instance of Relevo, and several behind a load balancer. The
 * arrivals rise step by step until the 95th percentile or the completion misses its limit.
 */
import { readBalancerVersion, requireBalancer } from '../balancer/program.js';
import { CAPACITY_SYSTEMS, type CapacitySystem } from '../capacity/systems.js';
import { summarizeRounds, toRoundPoint, type SystemFigures } from '../capacity/figures.js';
import { capacityObjectives, findUnsaved } from '../capacity/objectives.js';
import { checkFiles, parseSystems } from '../capacity/options.js';
import { runRounds, type CapacityPlan, type SystemRound } from '../capacity/rounds.js';
import type { Experiment, RunContext } from '../experiment.js';
import type { OwnReport, RunRecord } from '../record/run-record.js';
import type { Trial } from '../record/result.js';
import { capacityNotes } from '../report/capacity-notes.js';
import { capacitySummary } from '../report/capacity-summary.js';
import { capacityTable, pointLine } from '../report/capacity-table.js';
import { capacityPage } from '../report/page/capacity.js';
import { sum } from '../statistics/statistics.js';
import { describeMachine } from '../system/machine.js';
import { checkBalancer, INSTANCES, toBalancer } from './behind-balancer.js';
import { startResult } from './result-maker.js';

const OPTIONS = {
  systems: {
    text: true,
    value: 'NAMES',
    default: CAPACITY_SYSTEMS.join(','),
    doc: 'which systems, separated by commas',
  },
  balancer: {
    text: true,
    value: 'NAME',
    default: 'haproxy',
    doc: 'of relevo-balanced: haproxy, apache or nginx',
  },
  instances: { default: INSTANCES, min: 1, max: 8, doc: 'of patients behind the balancer' },
  rounds: { default: 3, min: 1, max: 100, doc: 'searches of each system, in rotating order' },
  most: { default: 1_000, min: 1, max: 10_000, doc: 'highest rate, users per second' },
  quick: { flag: true, doc: 'one round of two short steps, without a search' },
  seed: { default: 1, min: 0, max: 2 ** 31 - 1, doc: 'chooses the payments' },
} as const;

/** A step of 10 s; two seconds for caches and connections. */
const USUAL = {
  seconds: 10,
  warmUpSeconds: 2,
  startPerSec: 20,
  growth: 1.5,
  halvings: 3,
  tries: 2,
};
const QUICK = { seconds: 2, warmUpSeconds: 0.5, startPerSec: 8, growth: 2, halvings: 0, tries: 1 };
/** With `--quick`, users per second. */
const QUICK_MOST = 16;

type Context = RunContext<typeof OPTIONS>;

export const capacity: Experiment<typeof OPTIONS> = {
  name: 'capacity',
  summary: 'where one process, one instance and several saturate, and why',
  options: OPTIONS,
  check: ({ systems, balancer, most }) => {
    const chosen = parseSystems(systems);
    return typeof chosen === 'string' ? chosen : (checkBalancer(balancer) ?? checkFiles(most));
  },
  run,
};

/** `check` has refused unknown names before. */
function chooseSystems(names: string): CapacitySystem[] {
  const chosen = parseSystems(names);
  return typeof chosen === 'string' ? [] : chosen;
}

function toRounds({ options, progress, signal }: Context): CapacityPlan {
  const { quick, rounds, most, instances, seed } = options;
  return {
    ...(quick ? QUICK : USUAL),
    systems: chooseSystems(options.systems),
    balancer: toBalancer(options.balancer) ?? 'haproxy',
    instances,
    rounds: quick ? 1 : rounds,
    mostPerSec: quick ? Math.min(most, QUICK_MOST) : most,
    seed,
    progress,
    signal,
  };
}

async function run(context: Context): Promise<RunRecord> {
  const { options, command } = context;
  const plan = toRounds(context);
  const program = plan.systems.includes('relevo-balanced')
    ? { [plan.balancer]: readBalancerVersion(requireBalancer(plan.balancer)) }
    : {};
  const { makeResult } = startResult('capacity', options.seed);
  const { found, versions } = await runRounds(plan, (one) => context.print(pointLine(one)));
  const figures = summarizeRounds(plan.systems, found);
  const violations = findUnsaved(found);
  const result = makeResult({
    verdict: violations.length === 0 ? 'valid' : 'invalid',
    violations,
    objectives: options.quick ? [] : capacityObjectives(figures),
    systems: [],
  });
  context.print(capacityTable(figures, plan, result));
  const journal = {
    result,
    command,
    deadlineMs: 0,
    machine: describeMachine({ ...program, ...versions }),
    plan: null,
    notes: capacityNotes(plan, found),
    systems: [],
  };
  return { ...journal, own: ownReport(journal, figures, found, plan) };
}

/** The search of one round, with the fields that apply. */
function toTrial(one: SystemRound): Partial<Trial> {
  const { perSec, passed } = toRoundPoint(one);
  const [sent, succeeded] = [
    sum(one.steps.map(({ requests }) => requests)),
    sum(one.steps.map(({ completed }) => completed)),
  ];
  const { median = NaN, p95 = NaN, p99 = NaN, max = NaN } = passed?.latencyMs ?? {};
  return {
    sent,
    succeeded,
    availability: succeeded / sent,
    throughputPerSec: perSec,
    ...(passed ? { latencyMs: { p50: median, p95, p99, max } } : {}),
  };
}

function ownReport(
  journal: RunRecord,
  figures: readonly SystemFigures[],
  found: readonly SystemRound[],
  plan: CapacityPlan,
): OwnReport {
  return {
    systems: figures.map(({ system, perSec }) => ({
      system,
      trials: found.filter((one) => one.system === system).map(toTrial),
      total: { throughputPerSec: perSec.median },
    })),
    files: {
      'capacity.json': `${JSON.stringify({ figures, rounds: found }, null, 2)}\n`,
      'summary.md': capacitySummary(journal, figures, plan),
      'report.html': capacityPage(journal, figures, found, plan),
    },
  };
}
