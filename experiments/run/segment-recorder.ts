/**
 * Records a run, segment by segment. When a segment has come to rest, its evidence is collected,
 * judged, counted and written to the history; afterwards only the part for the report stays in
 * memory. All payments of a segment are final at its end, so no rule spans two segments, except
 * those about terms, which get all elections.
 */
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRunFolder } from '../../local/run-folder.js';
import type { Pool } from '../../shared/postgres/postgres.js';
import { judge, type RunJudgement } from '../checkers/checkers.js';
import { readCharges, readElections, readPayments, readUnbalanced } from '../record/evidence.js';
import type { RunEvidence } from '../record/history.js';
import { EvidenceKeeper } from '../record/evidence-sampling.js';
import type { Cluster } from '../system/cluster.js';
import { storeLatency, type StoredLatencies } from '../statistics/latencies.js';
import type { Trial, Violation } from '../record/result.js';
import { isAvailable, storeLatencies, TrialTally } from '../record/trial-summary.js';

export interface SegmentRecorderOptions {
  deadlineMs: number;
  /** Whether the history is streamed to a file, and memory is released. */
  streamed: boolean;
}

/** The result of a run. */
export interface Recording extends RunJudgement {
  evidence: RunEvidence;
  histograms: StoredLatencies[];
  trials: Trial[];
  total: Trial;
  /** @see SystemJournal.keptOneIn */
  keptOneIn: number;
  /** @see Journal.history; null: the evidence is complete. */
  history: string | null;
}

/** Combines the judgements of several segments. Pure. */
export function together(judgements: readonly RunJudgement[]): RunJudgement {
  const missing = [...new Set(judgements.flatMap((judgement) => judgement.missing))];
  const violations = byRule(judgements.flatMap((judgement) => judgement.violations));
  const verdict = violations.length > 0 ? 'invalid' : missing.length > 0 ? 'unknown' : 'valid';
  return {
    verdict,
    violations,
    findings: byRule(judgements.flatMap(({ findings }) => findings)),
    missing,
  };
}

function byRule(violations: readonly Violation[]): Violation[] {
  const ids = new Map<string, Set<string>>();
  for (const { rule, ids: broken } of violations) {
    const known = ids.get(rule) ?? new Set();
    for (const id of broken) known.add(id);
    ids.set(rule, known);
  }
  return [...ids].map(([rule, broken]) => ({ rule, ids: [...broken] }));
}

export class SegmentRecorder {
  /**
   * Whether the latest segment came to rest. If it did not, its payments would mix with those of
   * the next segment.
   */
  rested = true;
  private readonly keeper: EvidenceKeeper;
  private readonly history: string | null;
  private readonly judgements: RunJudgement[] = [];
  private readonly histograms: StoredLatencies[] = [];
  private readonly trials: Trial[] = [];
  private readonly tally = new TrialTally();
  /** Position up to which the table and the ledger have been read. */
  private lastSeq = 0;
  private chargesRead = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly options: SegmentRecorderOptions,
  ) {
    this.history = options.streamed
      ? join(createRunFolder(tmpdir(), 'history'), 'history.ndjson')
      : null;
    this.keeper = new EvidenceKeeper({
      system: cluster.subject.name,
      historyPath: this.history,
    });
  }

  /**
   * Collects and judges the records of a segment. @param rested whether the system has come to
   * rest. @param record the database with the payments. @returns its evidence.
   */
  async add(
    seen: Pick<RunEvidence, 'requests' | 'operations' | 'faults'>,
    { rested, record }: { rested: boolean; record: Pool },
  ): Promise<RunEvidence> {
    const { deadlineMs } = this.options;
    this.rested = rested;
    const evidence = await this.collect(seen, record);
    this.judgements.push(judge(evidence, { rested, deadlineMs }));
    this.histograms.push(
      ...storeLatencies(evidence.requests).filter(({ name }) => name !== 'latency'),
    );
    const rows = new Map(evidence.payments.map((row) => [row.id, row]));
    const late = new Set<string>();
    for (const request of evidence.requests) {
      const available = isAvailable(request, rows, deadlineMs);
      this.tally.add(request, available);
      if (!available) late.add(request.key);
    }
    await this.keeper.add(evidence, ({ key }) => late.has(key));
    return evidence;
  }

  /** The run ended before its last segment. @param sentence the reason. */
  markIncomplete(sentence: string): void {
    this.judgements.push({ verdict: 'unknown', violations: [], findings: [], missing: [sentence] });
  }

  /** Adds the scenario's own results for the segment. */
  conclude(trials: readonly Trial[], histograms: readonly StoredLatencies[]): void {
    this.trials.push(...trials);
    this.histograms.push(...histograms);
  }

  recording(): Recording {
    const { trials, history, keeper, tally } = this;
    const total = tally.row({
      faults: trials.flatMap(({ faults }) => faults),
      handovers: trials.flatMap(({ handovers }) => handovers),
    });
    const histograms = [storeLatency('latency', tally.latencies), ...this.histograms];
    return {
      evidence: keeper.evidence(),
      trials,
      total,
      histograms,
      keptOneIn: keeper.oneIn,
      history,
      ...together(this.judgements),
    };
  }

  /** The run was aborted: deletes the history. */
  discard(): void {
    if (this.history !== null) rmSync(dirname(this.history), { recursive: true, force: true });
  }

  private async collect(
    { requests, operations, faults }: Pick<RunEvidence, 'requests' | 'operations' | 'faults'>,
    record: Pool,
  ): Promise<RunEvidence> {
    const [payments, unbalanced, elections, charges] = await Promise.all([
      readPayments(record, this.lastSeq),
      readUnbalanced(record, this.lastSeq),
      readElections(record),
      readCharges(this.cluster.system, this.chargesRead),
    ]);
    this.lastSeq = payments.at(-1)?.seq ?? this.lastSeq;
    this.chargesRead += charges?.length ?? 0;
    const read = { requests, payments, unbalanced, elections, charges, faults };
    return operations === undefined ? read : { ...read, operations };
  }
}
