/**
 * Records a run, stretch by stretch. When a stretch has come to rest, its evidence is collected,
 * judged, counted and written to the history; afterwards only the part for the report stays in
 * memory. All payments of a stretch are final at its end, so no rule spans two stretches, except
 * those about terms, which get all elections.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { judge, type Judgement } from '../checkers/checkers.js';
import { readCharges, readElections, readPayments } from './evidence.js';
import type { Evidence } from './history.js';
import { EvidenceKeeper } from './evidence-sampling.js';
import type { Laboratory } from '../system/cluster.js';
import { keep, type KeptLatencies } from '../statistics/latencies.js';
import type { Trial, Violation } from './result.js';
import { isAvailable, keptLatencies, TrialTally } from './trial-summary.js';

export interface StretchRecorderOptions {
  deadlineMs: number;
  /** Whether the history is streamed to a file, and memory is released. */
  streamed: boolean;
}

/** The result of a run. */
export interface Recording extends Judgement {
  evidence: Evidence;
  histograms: KeptLatencies[];
  trials: Trial[];
  total: Trial;
  /** @see SystemJournal.keptOneIn */
  keptOneIn: number;
  /** @see Journal.history; null: the evidence is complete. */
  history: string | null;
}

/** Combines the judgements of several stretches. Pure. */
export function together(judgements: readonly Judgement[]): Judgement {
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

export class StretchRecorder {
  /**
   * Whether the latest stretch came to rest. If it did not, its payments would mix with those of
   * the next stretch.
   */
  rested = true;
  private readonly keeper: EvidenceKeeper;
  private readonly history: string | null;
  private readonly judgements: Judgement[] = [];
  private readonly histograms: KeptLatencies[] = [];
  private readonly trials: Trial[] = [];
  private readonly tally = new TrialTally();
  /** Position up to which the table and the ledger have been read. */
  private lastSeq = 0;
  private chargesRead = 0;

  constructor(
    private readonly laboratory: Laboratory,
    private readonly options: StretchRecorderOptions,
  ) {
    this.history = options.streamed
      ? join(mkdtempSync(join(tmpdir(), 'relevo-history-')), 'history.ndjson')
      : null;
    this.keeper = new EvidenceKeeper({
      system: laboratory.subject.name,
      historyPath: this.history,
    });
  }

  /**
   * Collects and judges the records of a stretch. @param rested whether the system has come to
   * rest. @returns its evidence.
   */
  async add(seen: Pick<Evidence, 'requests' | 'faults'>, rested: boolean): Promise<Evidence> {
    const { deadlineMs } = this.options;
    this.rested = rested;
    const evidence = await this.collect(seen);
    this.judgements.push(judge(evidence, { rested, deadlineMs }));
    this.histograms.push(
      ...keptLatencies(evidence.requests).filter(({ name }) => name !== 'latency'),
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

  /** Adds the scenario's own results for the stretch. */
  conclude(trials: readonly Trial[], histograms: readonly KeptLatencies[]): void {
    this.trials.push(...trials);
    this.histograms.push(...histograms);
  }

  recording(): Recording {
    const { trials, history, keeper, tally } = this;
    const total = tally.row({
      faults: trials.flatMap(({ faults }) => faults),
      handovers: trials.flatMap(({ handovers }) => handovers),
    });
    const histograms = [keep('latency', tally.latencies), ...this.histograms];
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

  private async collect({
    requests,
    faults,
  }: Pick<Evidence, 'requests' | 'faults'>): Promise<Evidence> {
    const { pool, system } = this.laboratory;
    const [payments, elections, charges] = await Promise.all([
      readPayments(pool, this.lastSeq),
      readElections(pool),
      readCharges(system, this.chargesRead),
    ]);
    this.lastSeq = payments.at(-1)?.seq ?? this.lastSeq;
    this.chargesRead += charges?.length ?? 0;
    return { requests, payments, elections, charges, faults };
  }
}
