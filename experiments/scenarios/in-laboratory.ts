/**
 * What every experiment has in common: a system of its own, something done to it, rest, the evidence, the verdict, the table.
 * The scenario says what is done and what the figures mean; whether it was right is judged here, the same way for all.
 */
import { judge, type Judgement } from '../checkers/checkers.js';
import { comesToRest, readCharges, readElections, readPayments, readVersions } from '../evidence.js';
import type { RunContext } from '../experiment.js';
import type { Evidence, FaultWindow, RequestRecord } from '../history.js';
import type { Journal, SystemJournal } from '../journal.js';
import { openLaboratory, type Laboratory } from '../laboratory.js';
import { describeMachine } from '../machine.js';
import { currentCommit } from '../report/files.js';
import type { KeptLatencies } from '../latencies.js';
import type { ExperimentResult, Objective, Trial } from '../result.js';
import { RELEVO, type Subject } from '../subject.js';
import { keptLatencies, summarizeTrial } from '../trial-summary.js';

/** Longest wait for all replicas to be up and one to lead, ms. */
export const SETTLE_MS = 30_000;
/** Longest wait for the last payment to become final, ms. */
const REST_MS = 60_000;

export interface Scenario<Done> {
  name: string;
  replicas: number;
  monitors: number;
  seed: number;
  /** A request that takes longer is not available, ms. */
  deadlineMs: number;
  /** Sends payments and breaks things. */
  perform(laboratory: Laboratory): Promise<Done & { requests: RequestRecord[]; faults: FaultWindow[] }>;
  trials(done: Done, evidence: Evidence): Trial[];
  /** What it measured besides the latencies of requests. */
  histograms?(done: Done, evidence: Evidence): KeptLatencies[];
  objectives(trials: readonly Trial[], total: Trial): Objective[];
  table(result: ExperimentResult): string;
}

type Context = Pick<RunContext<never>, 'command' | 'progress' | 'signal' | 'print'>;

/** The payments of the evidence by id, as `summarizeTrial` wants them. */
export const paymentsById = ({ payments }: Evidence) => new Map(payments.map((row) => [row.id, row]));

async function collect({ pool, system }: Laboratory, { requests, faults }: Pick<Evidence, 'requests' | 'faults'>): Promise<Evidence> {
  const [payments, elections, charges] = await Promise.all([readPayments(pool), readElections(pool), readCharges(system)]);
  return { requests, payments, elections, charges, faults };
}

function totalOf(evidence: Evidence, trials: readonly Trial[], deadlineMs: number): Trial {
  return summarizeTrial({
    requests: evidence.requests,
    payments: paymentsById(evidence),
    faults: trials.flatMap(({ faults }) => faults),
    handovers: trials.flatMap(({ handovers }) => handovers),
    deadlineMs,
  });
}

/** What became of one system: the evidence, and what was concluded from it. */
export interface Measured extends Judgement {
  subject: Subject;
  /** Wall clock, ms since 1970. */
  startedMs: number;
  endedMs: number;
  evidence: Evidence;
  histograms: KeptLatencies[];
  trials: Trial[];
  total: Trial;
  versions: Readonly<Record<string, string>>;
}

type Method<Done> = Pick<Scenario<Done>, 'replicas' | 'monitors' | 'deadlineMs' | 'perform' | 'trials' | 'histograms'>;

/** One system, from its start to the evidence. @throws AbortError at Ctrl-C, StartError when it does not come up; nothing is left then. */
export async function measure<Done>(subject: Subject, method: Method<Done>, { progress, signal }: Context): Promise<Measured> {
  const { replicas, monitors, deadlineMs } = method;
  const laboratory = await openLaboratory({ subject, replicas, monitors, patients: 1, progress, signal });
  try {
    await laboratory.settled(replicas, SETTLE_MS);
    const startedMs = Date.now();
    const done = await method.perform(laboratory);
    progress.show('Waiting for everything to come to rest, then checking …');
    const rested = await comesToRest(laboratory.pool, REST_MS, signal);
    const evidence = await collect(laboratory, done);
    const trials = method.trials(done, evidence);
    const versions = await readVersions(laboratory.pool, laboratory.system.redisUrl);
    const histograms = [...keptLatencies(evidence.requests), ...(method.histograms?.(done, evidence) ?? [])];
    const facts = { evidence, trials, versions, histograms, total: totalOf(evidence, trials, deadlineMs) };
    return { subject, startedMs, endedMs: Date.now(), ...facts, ...judge(evidence, { rested, deadlineMs }) };
  } finally {
    progress.end();
    await laboratory.close();
  }
}

export function systemJournal({ subject, startedMs, endedMs, evidence, ...judged }: Measured): SystemJournal {
  const { violations, findings, missing, histograms } = judged;
  return { system: subject.name, what: subject.what, startedMs, endedMs, evidence, violations, findings, missing, histograms };
}

/** @throws as `measure`. */
export async function runInLaboratory<Done>(scenario: Scenario<Done>, context: Context): Promise<Journal> {
  const { name, seed, deadlineMs } = scenario;
  const { command, print } = context;
  const startedAt = new Date();
  const startMs = performance.now();
  const measured = await measure(RELEVO, scenario, context);
  const { trials, total, violations, versions } = measured;
  const result: ExperimentResult = {
    name,
    seed,
    commit: currentCommit(),
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - startMs),
    verdict: measured.verdict,
    violations,
    objectives: scenario.objectives(trials, total),
    systems: [{ system: RELEVO.name, trials, total }],
  };
  print(scenario.table(result));
  return { result, command, deadlineMs, machine: describeMachine(versions), plan: null, systems: [systemJournal(measured)] };
}
