/**
 * `npm run experiment -- trend`: reads the history of the bench and prints the runs at which a
 * figure changed its level; the exit code shows whether the last change of any figure is worse.
 */
import { formatOptions } from '../../shared/arguments/help.js';
import { ArgumentError, asksForHelp, parseArguments } from '../../shared/arguments/parse.js';
import { percentile } from '../../shared/percentile.js';
import { EXPERIMENT_EXIT } from '../record/result.js';
import { calibrate } from './calibration.js';
import { USUAL_DETECTION } from './change-points.js';
import { HISTORY_FILE, readBenchHistory, type HistoryEntry } from './history.js';
import { findTrends, type FigureTrend } from './trend.js';
import { calibrationText, trendTable } from './trend-table.js';

export const TREND_SUMMARY = 'change points in the history of the bench';

const OPTIONS = {
  file: { text: true, value: 'FILE', doc: 'The history', default: HISTORY_FILE },
  calibrate: {
    flag: true,
    doc: 'Also measure false alarms and the delay for the noise of this history (a minute)',
  },
} as const;

const USAGE = `Usage: npm run experiment -- trend [options]

Each run of bench appends its figures to reports/history.ndjson. Runs on the
machine of the latest one are compared.

${formatOptions(OPTIONS).join('\n')}

Exit codes: 0 no figure became worse · 1 worse · 3 no history · 4 wrong arguments.`;

/** Of the runs used to calibrate: as many before the change as after it. */
const CALIBRATION = { before: 10, after: 10, change: -0.05, series: 200, seed: 1 };

/** The runs on the machine of the latest one. */
const onLatestMachine = (entries: readonly HistoryEntry[]): HistoryEntry[] =>
  entries.filter(({ machine }) => machine === entries.at(-1)?.machine);

/** The median noise of the figures with at least three runs; NaN: there is none. */
const usualNoise = (trends: readonly FigureTrend[]): number =>
  percentile(
    trends.filter(({ runs }) => runs > 2).map(({ noise }) => noise),
    0.5,
  );

function printCalibration(trends: readonly FigureTrend[], print: (text: string) => void): void {
  const noise = usualNoise(trends);
  if (!Number.isFinite(noise)) return print('Too few runs to calibrate.');
  const measured = calibrate({ ...CALIBRATION, noise, detection: USUAL_DETECTION });
  print(calibrationText(measured, { noise, runs: CALIBRATION.after }));
}

/** @returns the exit code. @throws ArgumentError */
export function trendCommand(args: readonly string[], print: (text: string) => void): number {
  if (asksForHelp(args)) {
    print(USAGE);
    return EXPERIMENT_EXIT.met;
  }
  const { options, positionals } = parseArguments(OPTIONS, args);
  if (positionals.length > 0) throw new ArgumentError('trend has no arguments besides its options');
  try {
    const { entries, skipped } = readBenchHistory(options.file);
    const trends = findTrends(onLatestMachine(entries), USUAL_DETECTION);
    print(trendTable(trends));
    if (skipped > 0) print(`Unreadable lines of the history: ${skipped}.`);
    if (options.calibrate) printCalibration(trends, print);
    const isWorse = trends.some(({ changes }) => changes.at(-1)?.isWorse === true);
    return isWorse ? EXPERIMENT_EXIT.missed : EXPERIMENT_EXIT.met;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    print(`There is no history at ${options.file}; each run of bench appends to it.`);
    return EXPERIMENT_EXIT.setup;
  }
}
