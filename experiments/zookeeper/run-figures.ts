/** The figures of a run of the experiment zookeeper. Pure. */
import { sum } from '../statistics/statistics.js';
import type { TrialFigures } from './figures.js';
import { toMeasurementRows, type MeasurementRow, type RowDefinition } from './rows.js';

/** Resident memory of the processes of one kind, in the middle, MB (2²⁰ bytes). */
export interface MemoryFigure {
  name: string;
  processes: number;
  residentMb: number;
  largestMb: number;
}

export interface MeasurementFigures {
  rows: readonly MeasurementRow[];
  /** Means under an old epoch that reached the API and were refused. */
  refused: number;
  memory: readonly MemoryFigure[];
  /** Measurements of Relevo's devices; those of payments, the others are probes. */
  measured: { all: number; ofPayments: number };
  periodMs: number;
  sessionTimeoutMs: number;
  /** Every trial, for the reader of the file. */
  trials: { relevo: readonly TrialFigures[]; baseline: readonly TrialFigures[] };
}

export const toFigures = (
  definitions: readonly RowDefinition[],
  { trials, ...measured }: Omit<MeasurementFigures, 'rows' | 'refused'>,
): MeasurementFigures => ({
  ...measured,
  trials,
  rows: toMeasurementRows(definitions, trials.relevo, trials.baseline),
  refused: sum(trials.relevo.map(({ refused }) => refused)),
});
