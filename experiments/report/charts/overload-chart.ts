/**
 * An overload over time: requests per second by result, latency (logarithmic), memory by process,
 * and pending payments. Two vertical lines mark the begin and the end of the overload.
 */
import type { OverloadFigures, OverloadSecond } from '../../overload/figures.js';
import { getOverload } from '../../overload/objectives.js';
import { duration } from '../../../shared/format.js';
import type { Html } from '../../../shared/web/html.js';
import { timePanels, type TimeSeries } from './time-panels.js';

/** Colours in report.css. */
const SERIES_MAX = 7;

/** The judged processes with the most memory; the table has all. */
function memorySeries({ memory: { samples, growth } }: OverloadFigures): TimeSeries[] {
  return growth
    .filter(({ isJudged }) => isJudged)
    .toSorted((a, b) => b.peakMb - a.peakMb)
    .slice(0, SERIES_MAX - 1)
    .map(({ process }) => ({
      name: process,
      points: samples.map(({ atMs, mb }) => [atMs, mb[process] ?? NaN]),
    }));
}

export function overloadChart(figures: OverloadFigures): Html {
  const { seconds, queue } = figures;
  const { fromSec, toSec } = getOverload(figures);
  const series = (name: string, valueOf: (second: OverloadSecond) => number): TimeSeries => ({
    name,
    points: seconds.map((second) => [(second.atSec + 0.5) * 1_000, valueOf(second)]),
  });
  const spanMs = Math.max(seconds.length * 1_000, queue.at(-1)?.atMs ?? 0);
  return timePanels(
    spanMs,
    [
      {
        ...{ title: 'Requests per second', kind: 'linear', height: 140 },
        series: [
          series('sent', ({ sent }) => sent),
          series('succeeded', ({ succeeded }) => succeeded),
          series('refused', ({ refused }) => refused),
          series('failed', ({ failed }) => failed),
        ],
      },
      {
        ...{ title: 'Latency of the requests due in a second', kind: 'duration', height: 120 },
        series: [
          series('succeeded p50', ({ medianMs }) => medianMs),
          series('succeeded p95', ({ p95Ms }) => p95Ms),
          series('refused p95', ({ refusalP95Ms }) => refusalP95Ms),
        ],
      },
      {
        ...{ title: 'Resident memory, MB', kind: 'linear', height: 120 },
        series: memorySeries(figures),
      },
      {
        ...{ title: 'Pending payments', kind: 'linear', height: 80 },
        series: [{ name: 'pending', points: queue.map(({ atMs, pending }) => [atMs, pending]) }],
      },
    ],
    `Requests, latency, memory and pending payments over ${duration(spanMs)}; overload.json has the figures.`,
    [fromSec * 1_000, toSec * 1_000],
  );
}
