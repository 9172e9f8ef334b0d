/**
 * The record of a run, stretch by stretch: when one has come to rest its evidence is collected, judged and counted, written to the
 * history, and let go but for what the report needs. What a stretch leaves behind has all become final, so no rule looks across two of
 * them, except those about terms, which see all elections.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { judge, type Judgement } from './checkers/checkers.js';
import { readCharges, readElections, readPayments } from './evidence.js';
import type { Evidence } from './history.js';
import { EvidenceKeeper } from './keeping.js';
import type { Laboratory } from './laboratory.js';
import { keep, type KeptLatencies } from './latencies.js';
import type { Trial, Violation } from './result.js';
import { isAvailable, keptLatencies, TrialTally } from './trial-summary.js';

export interface StretchRecorderOptions {
  deadlineMs: number;
  /** Whether the history goes to a file as it comes, and memory is let go. */
  streamed: boolean;
}

/** What a run came to. */
export interface Recording extends Judgement {
  evidence: Evidence;
  histograms: KeptLatencies[];
  trials: Trial[];
  total: Trial;
  /** @see SystemJournal.keptOneIn */
  keptOneIn: number;
  /** @see Journal.history; null: the evidence has all of it. */
  history: string | null;
}

/** Judgements of several stretches as one. Pure. */
export function together(judgements: readonly Judgement[]): Judgement {
  const missing = [...new Set(judgements.flatMap((judgement) => judgement.missing))];
  const violations = byRule(judgements.flatMap((judgement) => judgement.violations));
  const verdict = violations.length > 0 ? 'invalid' : missing.length > 0 ? 'unknown' : 'valid';
  return { verdict, violations, findings: byRule(judgements.flatMap(({ findings }) => findings)), missing };
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
  /** Whether the latest stretch came to rest: after one that did not no other can be told from it. */
  rested = true;
  private readonly keeper: EvidenceKeeper;
  private readonly history: string | null;
  private readonly judgements: Judgement[] = [];
  private readonly histograms: KeptLatencies[] = [];
  private readonly trials: Trial[] = [];
  private readonly tally = new TrialTally();
  /** How far the table and the ledger have been read. */
  private lastSeq = 0;
  private chargesRead = 0;

  constructor(
    private readonly laboratory: Laboratory,
    private readonly options: StretchRecorderOptions,
  ) {
    this.history = options.streamed ? join(mkdtempSync(join(tmpdir(), 'relevo-history-')), 'history.ndjson') : null;
    this.keeper = new EvidenceKeeper({ system: laboratory.subject.name, historyPath: this.history });
  }

  /** Takes up and judges what a stretch left in the system. @param rested whether it has come to rest. @returns its evidence. */
  async add(seen: Pick<Evidence, 'requests' | 'faults'>, rested: boolean): Promise<Evidence> {
    const { deadlineMs } = this.options;
    this.rested = rested;
    const evidence = await this.collect(seen);
    this.judgements.push(judge(evidence, { rested, deadlineMs }));
    this.histograms.push(...keptLatencies(evidence.requests).filter(({ name }) => name !== 'latency'));
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

  /** What the scenario made of the stretch. */
  conclude(trials: readonly Trial[], histograms: readonly KeptLatencies[]): void {
    this.trials.push(...trials);
    this.histograms.push(...histograms);
  }

  recording(): Recording {
    const { trials, history, keeper, tally } = this;
    const total = tally.row({ faults: trials.flatMap(({ faults }) => faults), handovers: trials.flatMap(({ handovers }) => handovers) });
    const histograms = [keep('latency', tally.latencies), ...this.histograms];
    return { evidence: keeper.evidence(), trials, total, histograms, keptOneIn: keeper.oneIn, history, ...together(this.judgements) };
  }

  /** The run was broken off: nothing stays. */
  discard(): void {
    if (this.history !== null) rmSync(dirname(this.history), { recursive: true, force: true });
  }

  private async collect({ requests, faults }: Pick<Evidence, 'requests' | 'faults'>): Promise<Evidence> {
    const { pool, system } = this.laboratory;
    const [payments, elections, charges] = await Promise.all([
      readPayments(pool, this.lastSeq), readElections(pool), readCharges(system, this.chargesRead),
    ]);
    this.lastSeq = payments.at(-1)?.seq ?? this.lastSeq;
    this.chargesRead += charges?.length ?? 0;
    return { requests, payments, elections, charges, faults };
  }
}
