/**
 * The table of a declared scenario: one row per segment, one row per kind of fault, the duration of
 * hand-overs, and the skipped faults.
 */
import type { ExperimentResult, FaultRecord, Trial } from '../record/result.js';
import type { SkippedInjection } from '../planning/schedule.js';
import { TEXT_WIDTH, wrap } from '../../shared/arguments/wrap.js';
import { percentile } from '../../shared/percentile.js';
import { inAll, sayLateness, type TrafficReport } from '../traffic/traffic-report.js';
import { isShare } from './objective-figures.js';
import { formatTable, ms, percent } from './table.js';
import { violationLines } from './verdict-lines.js';

const REASONS_SHOWN = 5;

/** Facts for the table that the result does not contain. */
export interface ScenarioFacts {
  planned: number;
  skipped: readonly SkippedInjection[];
  /** Payments that succeeded in time at the first attempt, per segment. */
  atFirstTry: readonly number[];
  /** Faults whose heal failed, for people. */
  unhealed: readonly string[];
  /** Report of the load generator, per segment. */
  traffic: readonly TrafficReport[];
  /** The captures, voids and refunds in one sentence; null: none was sent. */
  operations: string | null;
  /** Peak memory of the lab's own process, MB. */
  peakMb: number;
}

function row(name: string, trial: Trial, atFirstTry: number): string[] {
  const {
    sent,
    declined,
    failed,
    pending,
    availability,
    latencyMs: { p50, p99, max },
  } = trial;
  const counts = [sent, declined, failed, pending].map(String);
  const first = percent(sent === 0 ? 0 : atFirstTry / sent);
  return [name, ...counts, percent(availability), first, ms(p50), ms(p99), ms(max)];
}

function faultLines(faults: readonly FaultRecord[], { skipped, planned }: ScenarioFacts): string[] {
  const kinds = [...new Set([...faults, ...skipped].map(({ kind }) => kind))].sort();
  if (kinds.length === 0) return ['No fault was planned.'];
  const rows = kinds.map((kind) => {
    const injected = faults.filter((fault) => fault.kind === kind);
    const lasted = injected.map(({ atMs, healedAtMs }) => healedAtMs - atMs);
    const left = skipped.filter((injection) => injection.kind === kind).length;
    return [
      kind,
      String(injected.length),
      String(left),
      injected.length === 0 ? '–' : ms(percentile(lasted, 0.5)),
      [...new Set(injected.map(({ target }) => target))].length.toString(),
    ];
  });
  const reasons = skipped
    .slice(0, REASONS_SHOWN)
    .map(({ id, target, reason }) => `  skipped: ${id} on ${target}: ${reason}`.slice(0, 80));
  const more =
    skipped.length > REASONS_SHOWN
      ? [`  … ${skipped.length - REASONS_SHOWN} more in plan and report`]
      : [];
  return [
    `${faults.length} of ${planned} planned faults injected, ${skipped.length} skipped`,
    formatTable(['fault', 'injected', 'skipped', 'lasted, ms', 'targets'], rows),
    ...reasons,
    ...more,
  ];
}

function handoverLine({ handovers }: Trial): string {
  const totals = handovers.flatMap(({ totalMs }) => totalMs ?? []);
  const figures = [0.5, 0.99, 1].map((share) => ms(percentile(totals, share)));
  return `${handovers.length} hand-overs${totals.length > 0 ? `; fault → commit: p50 ${figures[0]} ms, p99 ${figures[1]}, max ${figures[2]}` : ''}`;
}

/** The lines of a sentence that may be long. */
const fit = (text: string): string[] => wrap(text, TEXT_WIDTH, { indent: '  ' });

export function chaosTable(
  { systems, verdict, violations, objectives }: ExperimentResult,
  facts: ScenarioFacts,
): string {
  const { trials, total } = systems[0] as ExperimentResult['systems'][number];
  const firstOfAll = facts.atFirstTry.reduce((sum, count) => sum + count, 0);
  const lateness = sayLateness(inAll(facts.traffic));
  const rows =
    trials.length > 1
      ? trials.map((trial, index) => row(String(index + 1), trial, facts.atFirstTry[index] ?? 0))
      : [];
  const errors = Object.entries(total.errors).map(([code, count]) => `${code} ${count}`);
  return [
    formatTable(
      ['part', 'sent', 'decl.', 'failed', 'open', 'in time', '1st try', 'p50 ms', 'p99', 'max'],
      [...rows, row('total', total, firstOfAll)],
    ),
    '',
    ...fit(`No outcome in time: ${errors.length === 0 ? 'none' : errors.join(', ')}`),
    ...(facts.operations === null ? [] : fit(facts.operations)),
    ...(lateness === null ? [] : fit(lateness)),
    ...fit(handoverLine(total)),
    ...faultLines(total.faults, facts),
    `Peak memory of the lab itself: ${facts.peakMb} MB`,
    '',
    `Verdict: ${verdict}`,
    ...violationLines(violations, '  '),
    ...facts.unhealed.flatMap((what) => fit(`Not healed: ${what}`)),
    ...objectives.flatMap(({ name, target, actual, met }) =>
      fit(sayObjective(name, target, actual, met)),
    ),
  ].join('\n');
}

function sayObjective(name: string, target: number, actual: number, met: boolean): string {
  if (isShare({ name })) {
    return met
      ? `Met: ${name}: ${percent(actual)} of ${percent(target)}`
      : `Missed: ${name}: ${percent(actual)}, ${percent(target - actual)} below ${percent(target)}`;
  }
  return met
    ? `Met: ${name}: ${actual} (at most ${target})`
    : `Missed: ${name}: ${actual}, ${actual - target} above ${target}`;
}
