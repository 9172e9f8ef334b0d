/**
 * A matrix that has not been published: engine × affinity × session store × fault. In each cell
 * clients identify a patient, open the bill, pay it and open the exit pass, while a fault happens
 * in the middle of their flows.
 */
import { setMaxListeners } from 'node:events';
import { seedUpTo } from '../../prisma/seed.js';
import { BALANCERS } from '../../shared/balancer/pool.js';
import { readBalancerVersion, requireBalancer } from '../balancer/program.js';
import { ReplicatedWeb } from '../balancer/replicated-web.js';
import type { Experiment, RunContext } from '../experiment.js';
import { readVersions } from '../record/evidence.js';
import type { Trial } from '../record/result.js';
import type { OwnReport, RunRecord } from '../record/run-record.js';
import { sessionsPage } from '../report/page/sessions.js';
import { sessionsSummary } from '../report/sessions-summary.js';
import { sessionsTable } from '../report/sessions-table.js';
import type { CellFigures, SessionsFigures } from '../sessions/figures.js';
import {
  AFFINITIES,
  CELL_FAULTS,
  checkMatrix,
  STORES,
  toMatrix,
  type Matrix,
} from '../sessions/matrix.js';
import { findViolations, sessionsObjectives } from '../sessions/objectives.js';
import { measureMatrix } from '../sessions/run-matrix.js';
import { settleAll } from '../settle.js';
import { describeMachine } from '../system/machine.js';
import { startResult } from './result-maker.js';

const INSTANCES = 3;
/** With `--quick`: flows of a cell. */
const QUICK_FLOWS = 18;

const OPTIONS = {
  engines: { text: true, value: 'LIST', doc: `some of ${BALANCERS.join(', ')}` },
  affinity: { text: true, value: 'LIST', doc: `some of ${AFFINITIES.join(', ')}` },
  stores: { text: true, value: 'LIST', doc: `of the sessions, some of ${STORES.join(', ')}` },
  faults: { text: true, value: 'LIST', doc: `some of ${CELL_FAULTS.join(', ')}` },
  flows: { default: 100, min: 6, max: 1_000, doc: 'flows of each cell' },
  systems: { default: 2, min: 1, max: 4, doc: 'systems that measure at once' },
  quick: { flag: true, doc: `one system, few cells, at most ${QUICK_FLOWS} flows of each` },
  seed: { default: 1, min: 0, max: 2 ** 31 - 1, doc: 'the instance that a fault concerns' },
} as const;

type Context = RunContext<typeof OPTIONS>;

export const sessions: Experiment<typeof OPTIONS> = {
  name: 'sessions',
  summary: 'balancer × affinity × session store × fault: flows lost, waits',
  options: OPTIONS,
  check: checkMatrix,
  run,
};

/** All clients have one address, and a killed identification counts as wrong for 15 minutes. */
const ENV = { STAFF_SIGN_IN: 'off', WRONG_FROM_ADDRESS_MAX: '100000' };

const NOTES = [
  'A flow is lost when it does not end with its exit pass, or when its session is lost on the way, although the client then identifies its patient again.',
  'After a request without an answer, or with 429 or 5xx, a client waits 0.5 s and loads the page or sends the form again, for at most 10 s.',
  'Extra wait: the time of the slowest flow beyond the median of the flows of the same row without a fault; –: too few of those completed.',
  'A bill is paid twice when the database has two payments of one patient in a cell, or more money than was due.',
];

async function run(context: Context): Promise<RunRecord> {
  const { options, command } = context;
  const { makeResult } = startResult('sessions', options.seed);
  const programs = readEngineVersions(toMatrix(options));
  const { figures, versions } = await measure(context);
  const violations = findViolations(figures.cells);
  const result = makeResult({
    verdict: violations.length === 0 ? 'valid' : 'invalid',
    violations,
    objectives: sessionsObjectives(figures.cells),
    systems: [],
  });
  context.print(sessionsTable(figures, result));
  const journal = {
    result,
    command,
    deadlineMs: 0,
    machine: describeMachine({ ...programs, ...versions }),
    plan: null,
    notes: NOTES,
    systems: [],
  };
  return { ...journal, own: ownReport(journal, figures) };
}

/** @throws MissingProgramError */
const readEngineVersions = ({ rows }: Matrix): Record<string, string> =>
  Object.fromEntries(
    [...new Set(rows.map(({ engine }) => engine))].map((name) => [
      name,
      readBalancerVersion(requireBalancer(name)),
    ]),
  );

/** Opens the systems at once; without one of them, closes the others. */
async function openSystems(count: number, { progress, signal }: Context): Promise<ReplicatedWeb[]> {
  const opened: ReplicatedWeb[] = [];
  const open = async (copy: number): Promise<void> => {
    const options = { balancer: 'haproxy', patients: INSTANCES, env: ENV, copy } as const;
    opened.push(await ReplicatedWeb.open(options, { progress, signal }));
  };
  try {
    await settleAll(Array.from({ length: count }, (_, index) => open(index + 1)));
    return opened;
  } catch (error) {
    await closeSystems(opened);
    throw error;
  }
}

const closeSystems = async (systems: readonly ReplicatedWeb[]): Promise<void> =>
  void (await settleAll(systems.map(({ cluster }) => cluster.close())));

async function measure(
  context: Context,
): Promise<{ figures: SessionsFigures; versions: Record<string, string> }> {
  const { options, progress, signal } = context;
  const { quick, seed } = options;
  const flows = quick ? Math.min(options.flows, QUICK_FLOWS) : options.flows;
  const matrix = toMatrix(options);
  const count = quick ? 1 : Math.min(options.systems, matrix.rows.length);
  // Every client waits on it.
  setMaxListeners(0, signal);
  const systems = await openSystems(count, context);
  try {
    await settleAll(systems.map(({ cluster }) => seedUpTo(cluster.system.databaseUrl, flows)));
    const show = (text: string): void => progress.show(text);
    const figures = await measureMatrix(systems, { matrix, flows, seed, signal, show });
    const { pool, system } = (systems[0] as ReplicatedWeb).cluster;
    return { figures, versions: await readVersions(pool, system.redisUrl) };
  } finally {
    progress.end();
    await closeSystems(systems);
  }
}

function toTrial({ flows, completed, paidTwice, ...cell }: CellFigures): Partial<Trial> {
  return {
    sent: flows,
    succeeded: completed,
    failed: flows - completed,
    availability: completed / flows,
    errors: {
      FAILED_REQUEST: cell.failedRequests,
      SESSION_LOST: cell.lostSessions,
      PAID_TWICE: paidTwice.length,
    },
  };
}

function ownReport(journal: RunRecord, figures: SessionsFigures): OwnReport {
  const trials = figures.cells.map(toTrial);
  const sent = figures.cells.reduce((sum, { flows }) => sum + flows, 0);
  const succeeded = figures.cells.reduce((sum, { completed }) => sum + completed, 0);
  const total = { sent, succeeded, failed: sent - succeeded, availability: succeeded / sent };
  return {
    systems: [{ system: 'relevo', trials, total }],
    files: {
      'sessions.json': `${JSON.stringify(figures, null, 2)}\n`,
      'summary.md': sessionsSummary(journal, figures),
      'report.html': sessionsPage(journal, figures),
    },
  };
}
