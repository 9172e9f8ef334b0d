/**
 * A load level over time: requests per second, latency (logarithmic), and CPU use by part. The
 * panels share one time axis.
 */
import type { LevelFigures, Second } from '../../load/figures.js';
import { duration } from '../../../shared/format.js';
import type { Html } from '../../../shared/web/html.js';
import { timePanels, type TimeSeries } from './time-panels.js';

/** One value per second, in its middle. */
const bySecond = (
  seconds: readonly Second[],
  name: string,
  valueOf: (second: Second) => number,
): TimeSeries => ({
  name,
  points: seconds.map((second) => [(second.atSec + 0.5) * 1_000, valueOf(second)]),
});

const cpuSeries = (seconds: readonly Second[]): TimeSeries[] =>
  [...new Set(seconds.flatMap(({ cpu }) => Object.keys(cpu)))].map((part) =>
    bySecond(seconds, part, ({ cpu }) => (cpu[part] ?? NaN) * 100),
  );

/** @param figures with at least one second. */
export function loadChart({ level, seconds }: LevelFigures): Html {
  const spanMs = seconds.length * 1_000;
  return timePanels(
    spanMs,
    [
      {
        ...{ title: 'Requests per second', kind: 'linear', height: 100 },
        series: [
          bySecond(seconds, 'sent', ({ sent }) => sent),
          bySecond(seconds, 'failed', ({ failed }) => failed),
        ],
      },
      {
        ...{ title: 'Latency of the requests due in a second', kind: 'duration', height: 120 },
        series: [
          bySecond(seconds, 'median', ({ medianMs }) => medianMs),
          bySecond(seconds, 'p95', ({ p95Ms }) => p95Ms),
        ],
      },
      {
        ...{ title: 'CPU use, % of one core', kind: 'linear', height: 120 },
        series: cpuSeries(seconds),
      },
    ],
    `Rate, latency and CPU use of the level ${level} over ${duration(spanMs)}; load.json has the figures.`,
  );
}
