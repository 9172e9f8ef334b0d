/**
 * Performs the segments of a run, one after the other: the scenario's actions, the rest, the
 * evidence. When a later segment fails, or Ctrl-C ends it, the finished ones are kept, and the
 * result says that it is incomplete.
 */
import type { Pool } from '../../shared/postgres/postgres.js';
import { comesToRest } from '../record/evidence.js';
import type { FaultWindow, RequestRecord, RunEvidence } from '../record/history.js';
import type { Trial } from '../record/result.js';
import type { Unfinished } from '../record/run-record.js';
import type { StoredLatencies } from '../statistics/latencies.js';
import type { Cluster } from '../system/cluster.js';
import type { SegmentRecorder } from './segment-recorder.js';

/** Longest wait for the last payment to become final, ms. */
const REST_MS = 60_000;

/** The results of the scenario itself. */
interface OwnResults {
  trials: Trial[];
  histograms: StoredLatencies[];
}

export interface SegmentSteps<Done> {
  /** Sends payments and injects faults. @param segment 1, 2, … */
  perform(
    cluster: Cluster,
    segment: number,
  ): Promise<
    Done & { requests: RequestRecord[]; operations?: RequestRecord[]; faults: FaultWindow[] }
  >;
  /**
   * Opens the pool that the evidence is read from, after each segment; it is ended with the system.
   * Default: the lab's pool, which follows the primary.
   */
  openRecord?(cluster: Cluster): Promise<Pool>;
  /** @param evidence of the segment, and all elections so far. */
  trials(done: Done, evidence: RunEvidence): Trial[];
  /** Measured quantities other than the latencies of requests. */
  histograms?(done: Done, evidence: RunEvidence): StoredLatencies[];
  /** Results over all finished segments, after the last of them. Default: none. */
  conclude?(): OwnResults;
  /** Whether no further segment has a purpose, after each. Default: never. */
  isOver?(): boolean;
}

interface Around {
  cluster: Cluster;
  recorder: SegmentRecorder;
  segments: number;
  signal: AbortSignal;
  onRest: () => void;
}

async function openRecord<Done>(steps: SegmentSteps<Done>, cluster: Cluster): Promise<Pool> {
  if (!steps.openRecord) return cluster.pool;
  const pool = await steps.openRecord(cluster);
  cluster.beforeClose(() => pool.end());
  return pool;
}

async function performSegment<Done>(
  steps: SegmentSteps<Done>,
  { cluster, recorder, signal, onRest }: Around,
  segment: number,
): Promise<void> {
  const done = await steps.perform(cluster, segment);
  onRest();
  const record = await openRecord(steps, cluster);
  const rested = await comesToRest(record, REST_MS, signal);
  const evidence = await recorder.add(done, { rested, record });
  recorder.conclude(steps.trials(done, evidence), steps.histograms?.(done, evidence) ?? []);
}

function toUnfinished(
  error: Error,
  { segments, signal }: Pick<Around, 'segments' | 'signal'>,
  segment: number,
): Unfinished {
  const isInterrupted = signal.aborted;
  const event = isInterrupted
    ? `The run was interrupted in segment ${segment} of ${segments}`
    : `Segment ${segment} of ${segments} failed (${error.message})`;
  const sentence = `${event}: the figures are those of the segments before it.`;
  return { sentence, isInterrupted };
}

/**
 * @returns the reason why segments are missing; null: all are there.
 * @throws the error of the first segment: nothing was measured then.
 */
export async function performSegments<Done>(
  steps: SegmentSteps<Done>,
  around: Around,
): Promise<Unfinished | null> {
  const { recorder, segments } = around;
  let unfinished: Unfinished | null = null;
  for (let segment = 1; segment <= segments && recorder.rested && !unfinished; segment += 1) {
    try {
      await performSegment(steps, around, segment);
    } catch (error) {
      if (segment === 1) throw error;
      unfinished = toUnfinished(error as Error, around, segment);
      recorder.markIncomplete(unfinished.sentence);
    }
    if (steps.isOver?.() === true) break;
  }
  const results = steps.conclude?.();
  if (results) recorder.conclude(results.trials, results.histograms);
  return unfinished;
}
