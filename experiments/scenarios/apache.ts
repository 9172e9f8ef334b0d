/**
 * Repeats the published report about Apache httpd before three web servers, exercise by exercise,
 * on the two steps of the patients service: identify, then pay. Sessions are in memory, as
 * published; the exercises about sessions are repeated with sessions in Redis.
 */
import { measureOneUp, readWorkers, writeRecords } from '../apache/console.js';
import { useSessions, type ExerciseContext } from '../apache/context.js';
import { measureFailover } from '../apache/failover.js';
import type { ApacheFigures } from '../apache/figures.js';
import { performIterations } from '../apache/iterations.js';
import { apacheObjectives } from '../apache/rows.js';
import { performFlows, stopMidSession } from '../apache/sessions.js';
import { readBalancerVersion, requireBalancer } from '../balancer/program.js';
import { ReplicatedWeb } from '../balancer/replicated-web.js';
import type { Experiment, RunContext } from '../experiment.js';
import { readVersions } from '../record/evidence.js';
import type { OwnReport, RunRecord } from '../record/run-record.js';
import { apachePage } from '../report/page/apache.js';
import { apacheSummary } from '../report/apache-summary.js';
import { apacheTable } from '../report/apache-table.js';
import { describeMachine } from '../system/machine.js';
import { startResult } from './result-maker.js';

const INSTANCES = 3;
/** With `--quick`: not divisible by three, so that one instance has one iteration more. */
const QUICK_ITERATIONS = 10;
/** Nothing is drawn at random. */
const SEED = 1;

const OPTIONS = {
  iterations: {
    default: 1_000,
    min: 3,
    max: 100_000,
    doc: 'iterations of exercise 8, with cookies cleared and kept; published: 1,000',
  },
  quick: { flag: true, doc: `at most ${QUICK_ITERATIONS} iterations` },
} as const;

type Context = RunContext<typeof OPTIONS>;

export const apache: Experiment<typeof OPTIONS> = {
  name: 'apache',
  summary: 'the published report about Apache httpd, exercise by exercise',
  options: OPTIONS,
  run,
};

const NOTES = [
  'As published, the balancer has no health check: it notices a stopped instance by a request. In exercise 2 it has one, because the row counts the requests that each instance was elected for, and a failed attempt counts.',
  'A stopped instance is tried again after 1 s. A failed attempt is a turn of that instance, so that its share after its return may be smaller by some sessions.',
  'In exercise 8 the five requests are the form of the identification, the identification, the bill, the payment, and the page to which the payment redirects.',
];

async function run(context: Context): Promise<RunRecord> {
  const { command } = context;
  const { makeResult } = startResult('apache', SEED);
  const program = requireBalancer('apache');
  const { figures, versions } = await measure(context);
  const result = makeResult({
    verdict: 'valid',
    violations: [],
    objectives: apacheObjectives(figures),
    systems: [],
  });
  context.print(apacheTable(figures, result));
  const journal = {
    result,
    command,
    deadlineMs: 0,
    machine: describeMachine({ apache: readBalancerVersion(program), ...versions }),
    plan: null,
    notes: NOTES,
    systems: [],
  };
  return { ...journal, own: ownReport(journal, figures) };
}

async function measure({
  options: { iterations, quick },
  progress,
  signal,
}: Context): Promise<{ figures: ApacheFigures; versions: Record<string, string> }> {
  const web = await ReplicatedWeb.open(
    { balancer: 'apache', patients: INSTANCES, env: { STAFF_SIGN_IN: 'off' } },
    { progress, signal },
  );
  const context: ExerciseContext = {
    web,
    iterations: quick ? Math.min(iterations, QUICK_ITERATIONS) : iterations,
    signal,
    show: (text) => progress.show(text),
  };
  try {
    const figures = { instances: web.instances, ...(await performExercises(context)) };
    const { pool, system } = web.cluster;
    return { figures, versions: await readVersions(pool, system.redisUrl) };
  } finally {
    progress.end();
    await web.cluster.close();
  }
}

async function performExercises(
  context: ExerciseContext,
): Promise<Omit<ApacheFigures, 'instances'>> {
  const exercises = {
    ...(await readWorkers(context)),
    ...(await measureOneUp(context)),
    ...(await writeRecords(context)),
    ...(await measureFailover(context)),
  };
  const memory = await performSessionExercises(context);
  const cleared = await performIterations(context, 'cleared');
  const kept = await performIterations(context, 'kept');
  await useSessions(context, 'redis');
  const redis = await performSessionExercises(context);
  return {
    ...exercises,
    withoutCookie: { memory: memory.withoutCookie, redis: redis.withoutCookie },
    withCookie: { memory: memory.withCookie, redis: redis.withCookie },
    midSession: { memory: memory.midSession, redis: redis.midSession },
    cleared,
    kept,
  };
}

async function performSessionExercises(context: ExerciseContext) {
  context.show('Exercise 4 of 8: with and without stickiness');
  const withoutCookie = await performFlows(context, false);
  const withCookie = await performFlows(context, true);
  context.show('Exercise 7 of 8: an instance is stopped mid-session');
  return { withoutCookie, withCookie, midSession: await stopMidSession(context) };
}

function ownReport(journal: RunRecord, figures: ApacheFigures): OwnReport {
  const trials = [figures.cleared, figures.kept].map(
    ({ sent, failed, errors, throughputPerSec }) => ({
      sent,
      succeeded: sent - failed,
      failed,
      availability: (sent - failed) / sent,
      throughputPerSec,
      errors: { ...errors },
    }),
  );
  const sent = figures.cleared.sent + figures.kept.sent;
  const failed = figures.cleared.failed + figures.kept.failed;
  const total = { sent, succeeded: sent - failed, failed, availability: (sent - failed) / sent };
  return {
    systems: [{ system: 'apache', trials, total }],
    files: {
      'apache.json': `${JSON.stringify(figures, null, 2)}\n`,
      'summary.md': apacheSummary(journal, figures),
      'report.html': apachePage(journal, figures),
    },
  };
}
