/**
 * The rows of the experiment zookeeper: each fault, the published result, the published
 * behaviour as the baseline repeats it, and the measurement. Pure.
 */
import { percentile } from '../../shared/percentile.js';
import type { Objective, Violation } from '../record/result.js';
import { sum } from '../statistics/statistics.js';
import type { MeanFinding } from './check-means.js';
import type { TrialFigures } from './figures.js';

/** The result that the report published for a fault. */
type PublishedEnd = 'goes on' | 'never rejoin' | null;

export interface RowDefinition {
  name: string;
  /** The circumstance, in a few words. */
  title: string;
  published: PublishedEnd;
  /** Whether each trial sends a mean under an old epoch, which the API must refuse. */
  sendsStale?: true;
}

/** All trials of one row, of one system. */
export interface RowFigures {
  runs: number;
  /** Trials with a mean whose measurements were made after the fault. */
  recovered: number;
  /** Trials after which the means are again those of all devices. */
  whole: number;
  missed: number;
  /** From the fault to the next mean, ms; NaN: never. */
  nextMs: { p50: number; max: number };
  wrong: number;
  duplicated: number;
  stale: number;
  lost: number;
  /** Means that the API refused because of an old epoch or a kept round. */
  refused: number;
  /** Trials without any finding that recovered and are whole. */
  good: number;
}

export interface MeasurementRow extends RowDefinition {
  relevo: RowFigures;
  /** Null: the baseline did not run this row. */
  baseline: RowFigures | null;
}

function summarizeTrials(trials: readonly TrialFigures[]): RowFigures {
  const next = trials.flatMap(({ nextMs }) => (nextMs === null ? [] : [nextMs]));
  const countOf = (rule: MeanFinding['rule']): number =>
    sum(trials.map(({ findings }) => findings.filter((each) => each.rule === rule).length));
  return {
    runs: trials.length,
    recovered: next.length,
    whole: trials.filter(({ isWhole }) => isWhole).length,
    missed: sum(trials.map(({ missed }) => missed)),
    nextMs: { p50: percentile(next, 0.5), max: percentile(next, 1) },
    wrong: countOf('wrong-mean'),
    duplicated: countOf('duplicated-mean'),
    stale: countOf('stale-mean'),
    lost: countOf('lost-mean'),
    refused: sum(trials.map(({ refused }) => refused)),
    good: trials.filter(
      ({ nextMs, isWhole, problem, findings }) =>
        nextMs !== null && isWhole && problem === null && findings.length === 0,
    ).length,
  };
}

/** The rows in the order of their definitions. */
export const toMeasurementRows = (
  definitions: readonly RowDefinition[],
  relevo: readonly TrialFigures[],
  baseline: readonly TrialFigures[],
): MeasurementRow[] =>
  definitions.map((definition) => {
    const ofRow = (trials: readonly TrialFigures[]): TrialFigures[] =>
      trials.filter(({ fault }) => fault === definition.name);
    const beside = ofRow(baseline);
    return {
      ...definition,
      relevo: summarizeTrials(ofRow(relevo)),
      baseline: beside.length > 0 ? summarizeTrials(beside) : null,
    };
  });

/** Trials in which the devices of the published design went on alone, or did not return. */
const countAlone = ({ runs, recovered, whole }: RowFigures): number =>
  runs - Math.min(recovered, whole);

/**
 * Whether a row agrees with the report: rounds that went on there go on; rounds that ended there
 * end in the baseline. Null: the report has no such row, or the baseline did not run it.
 */
export function agrees({ published, relevo, baseline }: MeasurementRow): boolean | null {
  if (published === 'goes on') return relevo.good === relevo.runs;
  if (published === null || baseline === null) return null;
  return countAlone(baseline) > 0;
}

/** One objective per row, and one per row that the report left unsolved. */
export function measurementObjectives(rows: readonly MeasurementRow[]): Objective[] {
  const atLeast = (name: string, target: number, actual: number): Objective => ({
    name,
    target,
    actual,
    met: actual >= target,
  });
  return rows.flatMap((row) => {
    const { title, relevo, baseline, published, sendsStale } = row;
    return [
      atLeast(`${title}: trials after which the rounds go on`, relevo.runs, relevo.good),
      ...(sendsStale
        ? [atLeast(`${title}: stale means sent, and refused`, relevo.runs, relevo.refused)]
        : []),
      ...(published === 'never rejoin' && baseline
        ? [atLeast(`${title}: trials in which the baseline ends`, 1, countAlone(baseline))]
        : []),
    ];
  });
}

/** The broken rules over all trials, with the ids of the means. */
export function toViolations(trials: readonly TrialFigures[]): Violation[] {
  const findings = trials.flatMap((trial) =>
    trial.findings.map(({ rule, id }) => ({ rule, id: `${trial.fault}: ${id}` })),
  );
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  return rules.map((rule) => ({
    rule,
    ids: findings.filter((finding) => finding.rule === rule).map(({ id }) => id),
  }));
}
