/**
 * Repeats the published report about HAProxy before two web servers, task by task, with instances
 * of patients as the web servers and their sessions in memory. Then compares the strategies of
 * HAProxy with one slow server, which the report leaves open.
 */
import { failedOf, type LoadFigures } from '../balancer/load.js';
import { readBalancerVersion, requireBalancer } from '../balancer/program.js';
import { ReplicatedWeb } from '../balancer/replicated-web.js';
import type { Experiment, RunContext } from '../experiment.js';
import type { HaproxyFigures } from '../haproxy/figures.js';
import { haproxyObjectives } from '../haproxy/rows.js';
import { compareStrategies } from '../haproxy/strategies.js';
import {
  measureAffinity,
  measureDelays,
  measureRoundRobin,
  measureStates,
  measureWeights,
  PARALLEL,
  type TaskContext,
} from '../haproxy/tasks.js';
import { readVersions } from '../record/evidence.js';
import type { Trial } from '../record/result.js';
import type { OwnReport, RunRecord } from '../record/run-record.js';
import { haproxySummary } from '../report/haproxy-summary.js';
import { haproxyTable } from '../report/haproxy-table.js';
import { haproxyPage } from '../report/page/haproxy.js';
import { startResult } from './result-maker.js';
import { describeMachine } from '../system/machine.js';

/** With `--quick`: requests of each user, and of each strategy. */
const QUICK = { requests: 50, bills: 200 };
const SERVERS = ['patients_1', 'patients_2'] as const;

const OPTIONS = {
  requests: {
    default: 1_000,
    min: 10,
    max: 100_000,
    doc: 'requests of each user; published: 1,000',
  },
  bills: { default: 1_200, min: 100, max: 100_000, doc: 'requests of each strategy' },
  quick: {
    flag: true,
    doc: `at most ${QUICK.requests} requests of each user, ${QUICK.bills} of each strategy`,
  },
  seed: { default: 1, min: 0, max: 2 ** 31 - 1, doc: 'clients and arrivals of the strategies' },
} as const;

type Context = RunContext<typeof OPTIONS>;

export const haproxy: Experiment<typeof OPTIONS> = {
  name: 'haproxy',
  summary: 'the published report about HAProxy, task by task, and its strategies',
  options: OPTIONS,
  run,
};

async function run(context: Context): Promise<RunRecord> {
  const { options, command } = context;
  const { makeResult } = startResult('haproxy', options.seed);
  const program = requireBalancer('haproxy');
  const { figures, versions } = await measure(context);
  const result = makeResult({
    verdict: 'valid',
    violations: [],
    objectives: haproxyObjectives(figures),
    systems: [],
  });
  context.print(haproxyTable(figures, result));
  const machine = describeMachine({ haproxy: readBalancerVersion(program), ...versions });
  const journal = {
    result,
    command,
    deadlineMs: 0,
    machine,
    plan: null,
    notes: notesOf(),
    systems: [],
  };
  return { ...journal, own: ownReport(journal, figures) };
}

async function measure({
  options,
  progress,
  signal,
}: Context): Promise<{ figures: HaproxyFigures; versions: Record<string, string> }> {
  const { requests, bills, quick, seed } = options;
  const balancer = { balancer: 'haproxy', patients: SERVERS.length, links: true } as const;
  const web = await ReplicatedWeb.open(balancer, { progress, signal });
  const context: TaskContext = {
    web,
    servers: SERVERS,
    requestsEach: quick ? Math.min(requests, QUICK.requests) : requests,
    signal,
    show: (text) => progress.show(text),
  };
  try {
    const figures = {
      servers: SERVERS,
      ...(await measureRoundRobin(context)),
      ...(await measureAffinity(context)),
      ...(await measureStates(context)),
      ...(await measureDelays(context)),
      ...(await measureWeights(context)),
      ...(await compareStrategies(context, {
        seed,
        requests: quick ? Math.min(bills, QUICK.bills) : bills,
      })),
    };
    const { pool, system } = web.cluster;
    return { figures, versions: await readVersions(pool, system.redisUrl) };
  } finally {
    progress.end();
    await web.cluster.close();
  }
}

const notesOf = (): string[] => [
  `While a server is slow, each user has ${PARALLEL} requests in flight, so that a row takes seconds; otherwise one.`,
  'With weights 2:1, two of three new sessions go to s1. One more session comes before the two users of 5.1, so that they reach one server each.',
  'The delay is added between HAProxy and the server, also to the answer of the health check.',
];

function toTrial(load: LoadFigures): Partial<Trial> {
  const { sent, errors, latencyMs, throughputPerSec } = load;
  const { p50, p95, p99, max } = latencyMs;
  const failed = failedOf(load);
  return {
    sent,
    succeeded: sent - failed,
    failed,
    availability: (sent - failed) / sent,
    latencyMs: { p50, p95, p99, max },
    throughputPerSec,
    errors: { ...errors },
  };
}

function ownReport(journal: RunRecord, figures: HaproxyFigures): OwnReport {
  const { aloneLoad, oneUser, twoUsers, delays, weightsKept, weightsCleared } = figures;
  const loads = [
    aloneLoad,
    oneUser,
    twoUsers,
    ...delays.map(({ load }) => load),
    weightsKept,
    weightsCleared,
    ...figures.strategies.map(({ load }) => load),
  ];
  const sent = loads.reduce((total, load) => total + load.sent, 0);
  const failed = loads.reduce((total, load) => total + failedOf(load), 0);
  const total = { sent, succeeded: sent - failed, failed, availability: (sent - failed) / sent };
  return {
    systems: [{ system: 'haproxy', trials: loads.map(toTrial), total }],
    files: {
      'haproxy.json': `${JSON.stringify(figures, null, 2)}\n`,
      'summary.md': haproxySummary(journal, figures),
      'report.html': haproxyPage(journal, figures),
    },
  };
}
