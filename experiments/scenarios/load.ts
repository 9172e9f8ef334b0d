/**
 * Repeats the published report about a permit site under load: four levels of arriving users, each
 * of which opens a page and a form, creates something that takes work, and validates it. Here the
 * creation is a payment whose outcome the user waits for.
 */
import { setMaxListeners } from 'node:events';
import type { BalancerName } from '../../shared/balancer/pool.js';
import { readBalancerVersion, requireBalancer } from '../balancer/program.js';
import type { Experiment, RunContext } from '../experiment.js';
import type { LevelFigures } from '../load/figures.js';
import { countFailed } from '../load/figures.js';
import { ALL_LEVELS, findLevels, LEVEL_NAMES } from '../load/levels.js';
import { findLostPayments, loadObjectives } from '../load/objectives.js';
import { runLevel } from '../load/run-level.js';
import { checkSockets, readFileLimit } from '../load/sockets.js';
import { readVersions } from '../record/evidence.js';
import type { Trial } from '../record/result.js';
import type { OwnReport, RunRecord } from '../record/run-record.js';
import { loadSummary } from '../report/load-summary.js';
import { loadTable } from '../report/load-table.js';
import { loadPage } from '../report/page/load.js';
import { openCluster, type Cluster } from '../system/cluster.js';
import { describeMachine } from '../system/machine.js';
import { BALANCER_OPTION, checkBalancer, INSTANCES, toBalancer } from './behind-balancer.js';
import { startResult } from './result-maker.js';
import { SETTLE_MS } from './with-cluster.js';

const INSTANCE_CHOICES = [1, 2, 4];
const REPLICAS = 3;
/** With `--quick`: a tenth of the lowest level, with short pauses. */
const QUICK = { level: 'low', speed: 10, shorten: 10 };

const OPTIONS = {
  level: {
    text: true,
    value: 'NAME',
    default: ALL_LEVELS,
    doc: `${[...LEVEL_NAMES, ALL_LEVELS].join(', ')}`,
  },
  instances: { default: 1, min: 1, max: 4, doc: 'instances of patients: 1, 2 or 4' },
  balancer: BALANCER_OPTION,
  scale: { default: 1, min: 1, max: 100, doc: 'multiplies the arrivals' },
  speed: { default: 1, min: 1, max: 1_000, doc: 'divides the pauses of the users' },
  quick: { flag: true, doc: 'a tenth of the level low, with a tenth of the pauses' },
  seed: { default: 1, min: 0, max: 2 ** 31 - 1, doc: 'chooses the payments' },
} as const;

type Context = RunContext<typeof OPTIONS>;
type GivenOptions = Context['options'];
/** The context with the options after `--quick`. */
type Applied = Omit<Context, 'options'> & { options: LoadOptions };
type LoadOptions = GivenOptions & { shorten: number };

/** The options after `--quick`. */
const apply = (given: GivenOptions): LoadOptions => ({
  ...given,
  shorten: 1,
  ...(given.quick ? QUICK : {}),
});

function check(given: GivenOptions): string | null {
  const options = apply(given);
  const { level, instances, balancer } = options;
  const levels = findLevels(level);
  if (levels.length === 0)
    return `--level must be one of ${[...LEVEL_NAMES, ALL_LEVELS].join(', ')}, got "${level}"`;
  if (!INSTANCE_CHOICES.includes(instances))
    return `--instances must be 1, 2 or 4, got ${instances}`;
  return checkBalancer(balancer) ?? checkSockets(levels, options, readFileLimit());
}

export const load: Experiment<typeof OPTIONS> = {
  name: 'load',
  summary: 'the four published load levels: pages, a payment and its pass',
  options: OPTIONS,
  check,
  run,
};

const notesOf = ({ speed, scale, shorten }: LoadOptions): string[] => [
  ...(speed === 1 ? [] : [`The pauses of the users are divided by ${speed}.`]),
  ...(scale === 1 ? [] : [`The arrivals are multiplied by ${scale}.`]),
  ...(shorten === 1
    ? []
    : [
        `The level takes 1/${shorten} of its time, at its rates, with as large a part of its users.`,
      ]),
  'A failed request ends its user, as in the report. The users are as many as published; they arrive along the published rates.',
];

async function run(context: Context): Promise<RunRecord> {
  const options = apply(context.options);
  const balancer = toBalancer(options.balancer);
  const program = balancer && { [balancer]: readBalancerVersion(requireBalancer(balancer)) };
  const { makeResult } = startResult('load', options.seed);
  const { levels, versions } = await measure({ ...context, options }, balancer);
  const violations = findLostPayments(levels);
  const result = makeResult({
    verdict: violations.length === 0 ? 'valid' : 'invalid',
    violations,
    objectives: loadObjectives(levels, options.speed === 1 && options.scale === 1),
    systems: [],
  });
  context.print(loadTable(levels, result));
  const journal = {
    result,
    command: context.command,
    deadlineMs: 0,
    machine: describeMachine({ ...program, ...versions }),
    plan: null,
    notes: notesOf(options),
    systems: [],
  };
  return { ...journal, own: ownReport(journal, levels) };
}

const open = (
  { options, progress, signal }: Applied,
  balancer: BalancerName | null,
): Promise<Cluster> =>
  openCluster({
    replicas: REPLICAS,
    monitors: 1,
    patients: balancer ? INSTANCES : options.instances,
    balancer,
    gateway: 'simulated',
    usualEngines: true,
    env: { STAFF_SIGN_IN: 'off', LOG_LEVEL: 'warn' },
    progress,
    signal,
  });

async function measure(
  context: Applied,
  balancer: BalancerName | null,
): Promise<{ levels: LevelFigures[]; versions: Record<string, string> }> {
  const { options, progress, signal } = context;
  // Every user waits on it.
  setMaxListeners(0, signal);
  const cluster = await open(context, balancer);
  try {
    await cluster.waitUntilSettled(REPLICAS, SETTLE_MS);
    const levels: LevelFigures[] = [];
    for (const level of findLevels(options.level)) {
      const onProgress = (sent: number, failed: number): void =>
        progress.show(`${level.name} · ${sent} requests · ${failed} failed`);
      levels.push(await runLevel({ ...options, cluster, level, signal, onProgress }));
    }
    return { levels, versions: await readVersions(cluster.pool, cluster.system.redisUrl) };
  } finally {
    progress.end();
    await cluster.close();
  }
}

function toTrial(figures: LevelFigures): Partial<Trial> {
  const { requests, completed, latencyMs, requestsPerSec, errors } = figures;
  return {
    sent: requests,
    succeeded: completed,
    failed: countFailed(figures),
    availability: completed / requests,
    throughputPerSec: requestsPerSec,
    latencyMs: {
      p50: latencyMs.median,
      p95: latencyMs.p95,
      p99: latencyMs.p99,
      max: latencyMs.max,
    },
    errors: { ...errors },
  };
}

function ownReport(journal: RunRecord, levels: readonly LevelFigures[]): OwnReport {
  const trials = levels.map(toTrial);
  const sent = levels.reduce((all, { requests }) => all + requests, 0);
  const succeeded = levels.reduce((all, { completed }) => all + completed, 0);
  const failed = levels.reduce((all, figures) => all + countFailed(figures), 0);
  return {
    systems: [
      {
        system: 'relevo',
        trials,
        total: { sent, succeeded, failed, availability: succeeded / sent },
      },
    ],
    files: {
      'load.json': `${JSON.stringify(levels, null, 2)}\n`,
      'summary.md': loadSummary(journal, levels),
      'report.html': loadPage(journal, levels),
    },
  };
}
