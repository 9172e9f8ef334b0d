/**
 * How long a hand-over takes, by kind of failure: from the fault to the first payment that a client sees committed under the next term,
 * and the split of that time. Payments keep coming at a steady rate; the leader is killed, frozen or asked to hand over, again and again.
 */
import { sleep } from '../../shared/clock.js';
import { seededRandom } from '../../shared/random.js';
import type { Experiment, RunContext } from '../experiment.js';
import { LEADER_FAULTS, type LeaderFaultKind } from '../faults/leader-faults.js';
import { splitHandover } from '../handovers.js';
import type { Evidence, FaultWindow, RequestRecord } from '../history.js';
import type { Journal } from '../journal.js';
import type { Laboratory } from '../laboratory.js';
import { failoverTable } from '../report/failover-table.js';
import type { FaultRecord, Objective, Trial } from '../result.js';
import { percentile } from '../statistics.js';
import { createPaymentClient } from '../traffic/client.js';
import { openLoop } from '../traffic/open-loop.js';
import { summarizeTrial } from '../trial-summary.js';
import { paymentsById, runInLaboratory, SETTLE_MS } from './in-laboratory.js';

const OPTIONS = {
  count: { default: 20, min: 1, max: 10_000, doc: 'hand-overs of each kind' },
  rate: { default: 100, min: 1, max: 1_000, doc: 'payments a second meanwhile' },
  deadline: { default: 5_000, min: 100, max: 60_000, doc: 'ms within which a payment must have succeeded' },
  monitors: { default: 1, min: 1, max: 5, doc: 'monitors: 1, 3 or 5' },
  seed: { default: 1, min: 0, max: 2 ** 31 - 1, doc: 'chooses payments and moments' },
} as const;

type Context = RunContext<typeof OPTIONS>;

const REPLICAS = 3;
const POLL_MS = 2;
/** Longest wait for a successor before the run is given up. */
const SUCCESSOR_MS = 20_000;
/** Between two hand-overs: calm, of a length nobody can get used to, in ms. */
const CALM_MS = 200;
/** Median of fault → first commit seen by the client that is to be reached, ms. */
const TARGET_MS: Record<LeaderFaultKind, number> = { kill: 250, freeze: 1_000, planned: 250 };

interface Strike {
  kind: LeaderFaultKind;
  target: string;
  term: number;
  atMs: number;
  healedMs: number;
}

export const failover: Experiment<typeof OPTIONS> = {
  name: 'failover',
  summary: 'hand-over times: leader killed, frozen, asked to hand over',
  options: OPTIONS,
  check: ({ monitors }) => (monitors % 2 === 0 ? '--monitors must be odd' : null),
  run,
};

function run(context: Context): Promise<Journal> {
  const { monitors, seed, deadline } = context.options;
  return runInLaboratory(
    {
      name: 'failover', replicas: REPLICAS, monitors, seed, deadlineMs: deadline,
      perform: (laboratory) => strikeUnderTraffic(context, laboratory),
      trials: ({ strikes }, evidence) => LEADER_FAULTS.map(({ kind }) => trialOf(kind, strikes, evidence, deadline)),
      objectives: objectivesOf,
      table: failoverTable,
    },
    context,
  );
}

async function strikeUnderTraffic(
  context: Context,
  laboratory: Laboratory,
): Promise<{ requests: RequestRecord[]; strikes: Strike[]; faults: FaultWindow[] }> {
  const { options, progress, signal } = context;
  const { count, rate, deadline, seed } = options;
  const client = createPaymentClient(laboratory.system.patients.map(({ url }) => url), laboratory.system.tokens.api, deadline);
  const random = seededRandom(seed, 'traffic');
  const requests: RequestRecord[] = [];
  const stop = new AbortController();
  const traffic = openLoop({
    count: Infinity,
    ratePerSec: rate,
    signal,
    stop: stop.signal,
    send: async (index, intendedMs) => {
      const order = { key: `request-${index}`, patientId: random.pick(laboratory.patients), amountMinor: 1_000 + random.below(90_000) };
      requests.push(await client.pay({ ...order, currency: 'USD' }, 1, intendedMs));
    },
  });
  traffic.catch(() => undefined); // Awaited below, whatever happens before.
  const strikes: Strike[] = [];
  try {
    for (let round = 0; round < count; round += 1) {
      for (const { kind } of LEADER_FAULTS) {
        progress.show(`${kind} ${round + 1}/${count} · ${requests.length} payments answered`);
        await sleep(CALM_MS + seededRandom(seed, `calm-${kind}-${round}`).below(CALM_MS), signal);
        strikes.push(await strike(context, laboratory, kind, requests));
        await laboratory.settled(REPLICAS, SETTLE_MS);
      }
    }
  } finally {
    stop.abort();
    await traffic;
    client.close();
  }
  const faults = strikes.map(({ kind, target, atMs, healedMs }) => ({ trial: 1, kind, target, atMs, healedMs }));
  return { requests, strikes, faults };
}

async function strike(
  { signal }: Context,
  laboratory: Laboratory,
  kind: LeaderFaultKind,
  requests: readonly RequestRecord[],
): Promise<Strike> {
  const { leader, term } = await laboratory.leadership();
  const fault = LEADER_FAULTS.find((candidate) => candidate.kind === kind);
  if (!leader || !fault) throw new Error('nobody leads');
  const atMs = performance.timeOrigin + performance.now();
  const heal = await fault.inject(laboratory.system, leader);
  const deadline = performance.now() + SUCCESSOR_MS;
  while (!requests.some((request) => (request.term ?? 0) > term)) {
    if (performance.now() > deadline) throw new Error(`no payment under a new term within ${SUCCESSOR_MS} ms of ${kind} of ${leader}`);
    await sleep(POLL_MS, signal);
  }
  await heal();
  return { kind, target: leader, term, atMs, healedMs: performance.timeOrigin + performance.now() };
}

/** One row a kind: its hand-overs, and the payments that were due while they went on. */
function trialOf(kind: LeaderFaultKind, strikes: readonly Strike[], evidence: Evidence, deadlineMs: number): Trial {
  const own = strikes.filter((candidate) => candidate.kind === kind);
  const startedMs = own[0]?.atMs ?? 0;
  const handovers = own.flatMap((fault) => {
    const election = evidence.elections.find(({ term }) => term === fault.term + 1);
    const answers = evidence.requests.filter(({ term }) => term === fault.term + 1).map(({ answeredMs }) => answeredMs);
    if (!election || answers.length === 0) return [];
    const totalMs = Math.round((Math.min(...answers) - fault.atMs) * 10) / 10;
    return [{ ...splitHandover(election, fault), kind, totalMs }];
  });
  const faults: FaultRecord[] = own.map(({ target, atMs, healedMs }) => ({
    kind, target, atMs: atMs - startedMs, healedAtMs: healedMs - startedMs,
  }));
  const during = ({ intendedMs }: RequestRecord): boolean =>
    own.some(({ atMs, healedMs }) => intendedMs >= atMs && intendedMs <= healedMs);
  return summarizeTrial({ requests: evidence.requests.filter(during), payments: paymentsById(evidence), faults, handovers, deadlineMs });
}

function objectivesOf(trials: readonly Trial[], total: Trial): Objective[] {
  const medians = LEADER_FAULTS.map(({ kind }, index): Objective => {
    const totals = trials[index]?.handovers.flatMap(({ totalMs }) => totalMs ?? []) ?? [];
    const actual = percentile(totals, 0.5);
    return { name: `${kind}: median ms to the first commit the client sees`, target: TARGET_MS[kind], actual, met: actual <= TARGET_MS[kind] };
  });
  const failed = total.sent - total.withinDeadline;
  return [...medians, { name: 'payments that did not succeed in time', target: 0, actual: failed, met: failed === 0 }];
}
