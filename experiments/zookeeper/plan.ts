/** The trials and timings of a run of the experiment zookeeper, from its options. Pure. */
import type { MeasurementFault } from './fault.js';
import { BASELINE_FAULTS, MEASUREMENT_FAULTS, QUICK_FAULTS } from './faults.js';
import { FROZEN_LEADER } from './frozen-leader.js';

export interface AskedRun {
  /** Names separated by commas; null: all. */
  rows: string | null;
  count: number;
  /** Trials of each fault with the baseline; 0: none. */
  baseline: number;
  period: number;
  quick: boolean;
  unsafe: boolean;
}

/** The trials of one system. */
interface SystemPlan {
  faults: readonly MeasurementFault[];
  count: number;
  /** Longest wait for the next mean, and for all devices after a fault, ms. */
  patienceMs: number;
}

export interface TrialsPlan {
  periodMs: number;
  sessionTimeoutMs: number;
  relevo: SystemPlan;
  /** Null: the baseline does not run. */
  baseline: SystemPlan | null;
}

/** Of the devices, as shipped; with `--quick`. */
const SESSION_TIMEOUT_MS = { usual: 2_000, quick: 1_000 };
const QUICK_PERIOD_MS = 500;
const QUICK_BASELINE: readonly string[] = ['leader-killed'];
const PATIENCE_MS = 60_000;
/** The baseline is observed for this many periods and session time-outs. */
const OBSERVED = { usual: 5, quick: 2 };

const readNames = ({ rows, quick, unsafe }: AskedRun): string[] => {
  if (rows !== null) return rows.split(',').map((name) => name.trim());
  if (unsafe) return [FROZEN_LEADER.name];
  return quick ? [...QUICK_FAULTS] : MEASUREMENT_FAULTS.map(({ name }) => name);
};

const select = (names: readonly string[]): MeasurementFault[] =>
  MEASUREMENT_FAULTS.filter(({ name }) => names.includes(name));

/** An error message when a fault does not exist; else null. */
export function findWrongRow(asked: AskedRun): string | null {
  const all = MEASUREMENT_FAULTS.map(({ name }) => name);
  const unknown = readNames(asked).find((name) => !all.includes(name));
  if (unknown === undefined) return null;
  return `--rows: there is no "${unknown}"; there are ${all.join(', ')}`;
}

export function planRun(asked: AskedRun): TrialsPlan {
  const { quick, unsafe } = asked;
  const mode = quick ? 'quick' : 'usual';
  const names = readNames(asked);
  const periodMs = quick ? QUICK_PERIOD_MS : asked.period;
  const sessionTimeoutMs = SESSION_TIMEOUT_MS[mode];
  const inBaseline = quick ? QUICK_BASELINE : BASELINE_FAULTS;
  const beside = unsafe ? [] : select(names.filter((name) => inBaseline.includes(name)));
  const times = quick ? Math.min(1, asked.baseline) : asked.baseline;
  const patienceMs = OBSERVED[mode] * (periodMs + sessionTimeoutMs);
  return {
    periodMs,
    sessionTimeoutMs,
    relevo: { faults: select(names), count: quick ? 1 : asked.count, patienceMs: PATIENCE_MS },
    baseline: beside.length > 0 && times > 0 ? { faults: beside, count: times, patienceMs } : null,
  };
}
