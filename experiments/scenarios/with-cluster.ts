/**
 * The frame of every experiment: starts a system, performs the scenario, waits for rest, collects
 * the evidence, and returns verdict and table. The scenario defines the actions and the meaning of
 * the figures; this file judges the correctness, in the same way for all scenarios.
 */
import { comesToRest, readVersions } from '../record/evidence.js';
import type { RunContext } from '../experiment.js';
import type { Evidence, FaultWindow, RequestRecord } from '../record/history.js';
import type { Journal, SystemJournal } from '../record/run-record.js';
import { openLaboratory, type Laboratory } from '../system/cluster.js';
import { describeMachine } from '../system/machine.js';
import { currentCommit } from '../report/files.js';
import type { KeptLatencies } from '../statistics/latencies.js';
import type { ExperimentResult, Objective, Trial, Violation } from '../record/result.js';
import { StretchRecorder, type Recording } from '../record/segment-recorder.js';
import { RELEVO, type Subject } from '../system/system-under-test.js';

/** Longest wait for all replicas to be up with one leader, ms. */
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
  /** Instances of patients. Default: 1. */
  patients?: number;
  /** Whether every path between two parts has a proxy, so that it can be cut. Default: false. */
  links?: boolean;
  /**
   * Whether PostgreSQL's disk is in memory and can be filled. Default: false, the machine's disk.
   */
  disk?: boolean;
  /**
   * Stretches, each at rest before the next one starts, so that a run of hours needs the memory of
   * one. Default: 1.
   */
  stretches?: number;
  /** Sends payments and injects faults. @param stretch 1, 2, … */
  perform(
    laboratory: Laboratory,
    stretch: number,
  ): Promise<Done & { requests: RequestRecord[]; faults: FaultWindow[] }>;
  /** @param evidence of the stretch, and all elections so far. */
  trials(done: Done, evidence: Evidence): Trial[];
  /** Measured quantities other than the latencies of requests. */
  histograms?(done: Done, evidence: Evidence): KeptLatencies[];
  objectives(trials: readonly Trial[], total: Trial, violations: readonly Violation[]): Objective[];
  table(result: ExperimentResult, measured: Measured): string;
  /**
   * The plan of the run. Called at the end, because parts of the plan are only known after the
   * system has started.
   */
  plan?(): unknown;
  notes?(): string[];
}

type Context = Pick<RunContext<never>, 'command' | 'progress' | 'signal' | 'print'>;

/** The payments of the evidence by id, as `summarizeTrial` needs them. */
export const paymentsById = ({ payments }: Evidence) =>
  new Map(payments.map((row) => [row.id, row]));

/** The evidence about one system, and the conclusions from it. */
export interface Measured extends Recording {
  subject: Subject;
  /** Wall clock, ms since 1970. */
  startedMs: number;
  endedMs: number;
  versions: Readonly<Record<string, string>>;
}

/** The actions on a system, independent of the subject, and the interpretation of their figures. */
export type Method<Done> = Pick<
  Scenario<Done>,
  | 'replicas'
  | 'monitors'
  | 'patients'
  | 'links'
  | 'disk'
  | 'stretches'
  | 'deadlineMs'
  | 'perform'
  | 'trials'
  | 'histograms'
>;

/**
 * Measures one system, from its start to the evidence. @throws AbortError at Ctrl-C, StartError
 * when the system does not start; no process is left then.
 */
export async function measure<Done>(
  subject: Subject,
  method: Method<Done>,
  { progress, signal }: Context,
): Promise<Measured> {
  const {
    replicas,
    monitors,
    patients = 1,
    links = false,
    disk = false,
    stretches = 1,
    deadlineMs,
  } = method;
  const laboratory = await openLaboratory({
    subject,
    replicas,
    monitors,
    patients,
    links,
    disk,
    progress,
    signal,
  });
  const recorder = new StretchRecorder(laboratory, { deadlineMs, streamed: stretches > 1 });
  try {
    await laboratory.settled(replicas, SETTLE_MS);
    const startedMs = Date.now();
    for (let stretch = 1; stretch <= stretches && recorder.rested; stretch += 1) {
      const done = await method.perform(laboratory, stretch);
      progress.show('Waiting for the system to come to rest, then checking …');
      const evidence = await recorder.add(
        done,
        await comesToRest(laboratory.pool, REST_MS, signal),
      );
      recorder.conclude(method.trials(done, evidence), method.histograms?.(done, evidence) ?? []);
    }
    const versions = await readVersions(laboratory.pool, laboratory.system.redisUrl);
    return { subject, startedMs, endedMs: Date.now(), versions, ...recorder.recording() };
  } catch (error) {
    recorder.discard();
    throw error;
  } finally {
    progress.end();
    await laboratory.close();
  }
}

export function systemJournal({
  subject,
  startedMs,
  endedMs,
  evidence,
  ...judged
}: Measured): SystemJournal {
  const { violations, findings, missing, histograms, keptOneIn } = judged;
  const kept = keptOneIn > 1 ? { keptOneIn } : {};
  return {
    system: subject.name,
    what: subject.what,
    startedMs,
    endedMs,
    evidence,
    violations,
    findings,
    missing,
    histograms,
    ...kept,
  };
}

/** @throws as `measure`. */
export async function runInLaboratory<Done>(
  scenario: Scenario<Done>,
  context: Context,
): Promise<Journal> {
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
    objectives: scenario.objectives(trials, total, violations),
    systems: [{ system: RELEVO.name, trials, total }],
  };
  print(scenario.table(result, measured));
  const notes = scenario.notes?.() ?? [];
  return {
    result,
    command,
    deadlineMs,
    machine: describeMachine(versions),
    plan: scenario.plan?.() ?? null,
    ...(notes.length > 0 ? { notes } : {}),
    ...(measured.history === null ? {} : { history: measured.history }),
    systems: [systemJournal(measured)],
  };
}
