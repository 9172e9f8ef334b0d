/**
 * The frame of every experiment: starts a system, performs the scenario, waits for rest, collects
 * the evidence, and returns verdict and table. The scenario defines the actions and the meaning of
 * the figures; this file judges the correctness, in the same way for all scenarios.
 */
import { readVersions } from '../record/evidence.js';
import type { PatroniSettings } from '../../local/engines/patroni-settings.js';
import type { Shape } from '../../local/plan.js';
import type { BalancerName, Pool as BalancerPool } from '../../shared/balancer/pool.js';
import { TEXT_WIDTH, wrap } from '../../shared/arguments/wrap.js';
import type { RunContext } from '../experiment.js';
import type { RunEvidence } from '../record/history.js';
import type { RunRecord, SystemRecord, Unfinished } from '../record/run-record.js';
import { openCluster } from '../system/cluster.js';
import { describeMachine } from '../system/machine.js';
import type { ExperimentResult, Objective, Trial, Violation } from '../record/result.js';
import { performSegments, type SegmentSteps } from '../run/perform-segments.js';
import { SegmentRecorder, type Recording } from '../run/segment-recorder.js';
import { RELEVO, type SystemUnderTest } from '../system/system-under-test.js';
import { startResult } from './result-maker.js';

/** Longest wait for all replicas to be up with one leader, ms. */
export const SETTLE_MS = 30_000;

export interface Scenario<Done> extends SegmentSteps<Done> {
  name: string;
  replicas: number;
  monitors: number;
  seed: number;
  /** A request that takes longer is not available, ms. */
  deadlineMs: number;
  /** Instances of patients. Default: 1. */
  patients?: number;
  /** In front of the patients instances. Default: none. */
  balancer?: BalancerName | null | undefined;
  /** Changes of the balancer's pool. */
  pool?: Partial<BalancerPool>;
  /** PostgreSQL as one server or as a cluster. Default: one server. */
  record?: Shape['record'];
  /** Redis as one server or as a group. Default: one server. */
  queue?: Shape['queue'];
  /** How the services reach the primary of the cluster. Default: pool. */
  route?: Shape['route'];
  /** Changes of the cluster's safe settings, for a control. */
  recordSettings?: Partial<PatroniSettings>;
  /** Environment of every service, besides the usual one. */
  env?: Readonly<Record<string, string>>;
  /** Whether every path between two parts has a proxy, so that it can be cut. Default: false. */
  links?: boolean;
  /** Whether the paths of a replicated storage have proxies. Default: false. */
  storageLinks?: boolean;
  /**
   * Whether PostgreSQL's disk is in memory and can be filled. Default: false, the machine's disk.
   */
  disk?: boolean;
  /** Whether each database node of a cluster has such a disk. Default: false. */
  nodeDisks?: boolean;
  /**
   * Segments, each at rest before the next one starts, so that a run of hours needs the memory of
   * one. Default: 1.
   */
  segments?: number;
  objectives(trials: readonly Trial[], total: Trial, violations: readonly Violation[]): Objective[];
  table(result: ExperimentResult, measured: Measured): string;
  /**
   * The plan of the run. Called at the end, because parts of the plan are only known after the
   * system has started.
   */
  plan?(): unknown;
  notes?(result: ExperimentResult): string[];
  /** @see RunRecord.files */
  files?(): Record<string, string>;
}

type Context = Pick<RunContext<never>, 'command' | 'progress' | 'signal' | 'print'>;

/** The payments of the evidence by id, as `summarizeTrial` needs them. */
export const paymentsById = ({ payments }: RunEvidence) =>
  new Map(payments.map((row) => [row.id, row]));

/** The evidence about one system, and the conclusions from it. */
export interface Measured extends Recording {
  subject: SystemUnderTest;
  /** Wall clock, ms since 1970. */
  startedMs: number;
  endedMs: number;
  versions: Readonly<Record<string, string>>;
  /** Null: every segment is finished. */
  unfinished: Unfinished | null;
}

/**
 * The actions on a system, independent of which system is under test, and the interpretation of
 * their figures.
 */
export type MeasureSystem<Done> = Pick<
  Scenario<Done>,
  | 'replicas'
  | 'monitors'
  | 'patients'
  | 'balancer'
  | 'pool'
  | 'record'
  | 'queue'
  | 'route'
  | 'recordSettings'
  | 'env'
  | 'links'
  | 'storageLinks'
  | 'disk'
  | 'nodeDisks'
  | 'segments'
  | 'deadlineMs'
  | 'perform'
  | 'openRecord'
  | 'isOver'
  | 'trials'
  | 'histograms'
  | 'conclude'
>;

/**
 * Measures one system, from its start to the evidence. @throws AbortError at Ctrl-C, StartError
 * when the system does not start; no process is left then.
 */
export async function measureSystem<Done>(
  subject: SystemUnderTest,
  method: MeasureSystem<Done>,
  { progress, signal }: Context,
): Promise<Measured> {
  const {
    replicas,
    monitors,
    patients = 1,
    balancer = null,
    pool = {},
    record = 'single',
    queue = 'single',
    route = 'pool',
    recordSettings = {},
    env = {},
    links = false,
    storageLinks = false,
    disk = false,
    nodeDisks = false,
    segments = 1,
    deadlineMs,
  } = method;
  const cluster = await openCluster({
    subject,
    replicas,
    monitors,
    patients,
    balancer,
    pool,
    record,
    queue,
    route,
    recordSettings,
    env,
    links,
    storageLinks,
    disk,
    nodeDisks,
    progress,
    signal,
  });
  const recorder = new SegmentRecorder(cluster, { deadlineMs, streamed: segments > 1 });
  try {
    await cluster.waitUntilSettled(replicas, SETTLE_MS);
    const startedMs = Date.now();
    const versions = await readVersions(cluster.pool, cluster.system.redisUrl);
    const unfinished = await performSegments(method, {
      ...{ cluster, recorder, segments, signal },
      onRest: () => progress.show('Waiting for the system to come to rest, then checking …'),
    });
    const recording = recorder.recording();
    return { subject, startedMs, endedMs: Date.now(), versions, unfinished, ...recording };
  } catch (error) {
    recorder.discard();
    throw error;
  } finally {
    progress.end();
    await cluster.close();
  }
}

export function toSystemRecord({
  subject,
  startedMs,
  endedMs,
  evidence,
  ...judged
}: Measured): SystemRecord {
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

/** The lines of the terminal about a run that ended early. */
export const unfinishedLines = (unfinished: Unfinished | null): string =>
  unfinished === null ? '' : `\n${wrap(unfinished.sentence, TEXT_WIDTH).join('\n')}`;

/** @throws as `measure`. */
export async function runWithCluster<Done>(
  scenario: Scenario<Done>,
  context: Context,
): Promise<RunRecord> {
  const { name, seed, deadlineMs } = scenario;
  const { command, print } = context;
  const { makeResult } = startResult(name, seed);
  const measured = await measureSystem(RELEVO, scenario, context);
  const { trials, total, violations, versions, unfinished } = measured;
  const result = makeResult({
    verdict: measured.verdict,
    violations,
    objectives: scenario.objectives(trials, total, violations),
    systems: [{ system: RELEVO.name, trials, total }],
  });
  print(scenario.table(result, measured) + unfinishedLines(unfinished));
  const notes = scenario.notes?.(result) ?? [];
  const files = scenario.files?.() ?? {};
  return {
    result,
    command,
    deadlineMs,
    machine: describeMachine(versions),
    plan: scenario.plan?.() ?? null,
    ...(notes.length > 0 ? { notes } : {}),
    ...(Object.keys(files).length > 0 ? { files } : {}),
    ...(measured.history === null ? {} : { history: measured.history }),
    systems: [toSystemRecord(measured)],
    ...(unfinished === null ? {} : { unfinished }),
  };
}
