/**
 * What every experiment has in common: a system of its own, something done to it, rest, the evidence, the verdict, the table.
 * The scenario says what is done and what the figures mean; whether it was right is judged here, the same way for all.
 */
import { check } from '../checkers/checkers.js';
import { comesToRest, readCharges, readElections, readPayments, readVersions } from '../evidence.js';
import type { RunContext } from '../experiment.js';
import type { Evidence, FaultWindow, RequestRecord } from '../history.js';
import type { Journal } from '../journal.js';
import { openLaboratory, type Laboratory } from '../laboratory.js';
import { describeMachine } from '../machine.js';
import { currentCommit } from '../report/files.js';
import type { ExperimentResult, Objective, Trial } from '../result.js';
import { summarizeTrial } from '../trial-summary.js';

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
  objectives(trials: readonly Trial[], total: Trial): Objective[];
  table(result: ExperimentResult): string;
}

type Context = Pick<RunContext<never>, 'command' | 'progress' | 'signal' | 'print'>;

const RELEVO = 'Monitors watch three replicas and elect a leader; it takes payments from a queue under a fenced term; what fails is tried again.';

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

/** @throws AbortError at Ctrl-C, StartError when the system does not come up; nothing is left then either. */
export async function runInLaboratory<Done>(scenario: Scenario<Done>, { command, progress, signal, print }: Context): Promise<Journal> {
  const { name, replicas, monitors, seed, deadlineMs } = scenario;
  const startedAt = new Date();
  const startMs = performance.now();
  const laboratory = await openLaboratory({ replicas, monitors, patients: 1, progress, signal });
  try {
    await laboratory.settled(replicas, SETTLE_MS);
    const startedMs = Date.now();
    const done = await scenario.perform(laboratory);
    progress.show('Waiting for everything to come to rest, then checking …');
    const rested = await comesToRest(laboratory.pool, REST_MS, signal);
    const evidence = await collect(laboratory, done);
    const violations = check(evidence);
    const trials = scenario.trials(done, evidence);
    const total = totalOf(evidence, trials, deadlineMs);
    const result: ExperimentResult = {
      name,
      seed,
      commit: currentCommit(),
      startedAt: startedAt.toISOString(),
      durationMs: Math.round(performance.now() - startMs),
      verdict: violations.length > 0 ? 'invalid' : rested ? 'valid' : 'unknown',
      violations,
      objectives: scenario.objectives(trials, total),
      systems: [{ system: 'relevo', trials, total }],
    };
    progress.end();
    print(scenario.table(result));
    const machine = describeMachine(await readVersions(laboratory.pool, laboratory.system.redisUrl));
    const relevo = { system: 'relevo', what: RELEVO, startedMs, endedMs: Date.now(), evidence };
    return { result, command, deadlineMs, machine, plan: null, systems: [relevo] };
  } finally {
    progress.end();
    await laboratory.close();
  }
}
