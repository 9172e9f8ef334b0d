/**
 * A system's run over time: latency (logarithmic), rate, and one lane per part with its terms and
 * its faults. Periods with an open fault are shaded through all panels, hand-overs are vertical
 * lines, and requests that did not succeed in time are links to their stories.
 */
import { scaleLinear } from 'd3-scale';
import type { RecordedElection } from '../../record/history.js';
import { getLatency } from '../facts/fate.js';
import type { PartLane, TimeSpan } from '../facts/lanes.js';
import type { Story } from '../facts/choose-stories.js';
import type { Timeline } from '../facts/timeline.js';
import { duration } from '../../../shared/format.js';
import { html, type Html, type Content } from '../../../shared/web/html.js';
import { drawLanes, LANE_HEIGHT } from './lanes-panel.js';
import { drawLatency } from './latency-panel.js';
import {
  bottomAxis,
  chart,
  coordinate,
  leftAxis,
  linePath,
  svgPath,
  rectanglePath,
  svgText,
} from './svg.js';
import { timeAxis, type TimeAxis } from './time-axis.js';

export interface TimelineFacts {
  timeline: Timeline;
  /**
   * Due time (ms from the origin) and latency of each request that is drawn as a dot; empty:
   * percentiles are drawn instead.
   */
  points: readonly (readonly [atMs: number, latencyMs: number])[];
  /** Requests that were not in time and have a story. */
  missed: readonly Story[];
  broken: readonly TimeSpan[];
  lanes: readonly PartLane[];
  handovers: readonly RecordedElection[];
  deadlineMs: number;
}

const LATENCY = { top: 44, bottom: 252 };
const RATE = { top: 288, bottom: 368 };
const LANES_TOP = 400;
const RATE_TICKS = 3;

export function timelineChart(facts: TimelineFacts): Html {
  const axis = timeAxis(facts.timeline.spanMs);
  const bottom = LANES_TOP + facts.lanes.length * LANE_HEIGHT;
  const { originMs, spanMs } = facts.timeline;
  const summary = `Latency, rate, leaders and faults over ${duration(spanMs)}; the table below has the same figures.`;
  return chart(
    bottom + 26,
    summary,
    svgPath(
      'broken',
      facts.broken
        .map(({ fromMs, toMs }) => shade(axis, fromMs - originMs, toMs - originMs, bottom))
        .join(''),
    ),
    bottomAxis(axis.scale, axis.ticks, axis.format, LATENCY.top, bottom),
    drawHandovers(facts, axis, bottom),
    drawLatency(facts, axis, LATENCY),
    drawMissed(facts, axis),
    drawRate(facts.timeline, axis),
    drawLanes(facts.lanes, facts.timeline, axis, LANES_TOP),
  );
}

const inside = (axis: TimeAxis, ms: number): number => {
  const [from = 0, to = 0] = axis.scale.range();
  return Math.min(to, Math.max(from, axis.scale(ms)));
};

function shade(axis: TimeAxis, fromMs: number, toMs: number, bottom: number): string {
  const x = inside(axis, fromMs);
  return rectanglePath(x, LATENCY.top, inside(axis, toMs) - x, bottom - LATENCY.top);
}

function drawHandovers(
  { handovers, timeline: { originMs } }: TimelineFacts,
  { scale }: TimeAxis,
  bottom: number,
): Content {
  return svgPath(
    'handover',
    handovers
      .map(
        ({ electedMs }) => `M${coordinate(scale(electedMs - originMs))} ${LATENCY.top}V${bottom}`,
      )
      .join(''),
  );
}

/** One cross per request at the top edge, in order of time, each a link to its story. */
function drawMissed(
  { missed, timeline: { originMs } }: TimelineFacts,
  { scale }: TimeAxis,
): Content {
  return missed.flatMap(({ anchor, name, fate, request }) => {
    if (!request) return [];
    const [x, y] = [scale(request.intendedMs - originMs), LATENCY.top - 10];
    const cross = `M${coordinate(x - 4)} ${y - 4}l8 8m0-8l-8 8`;
    const hint = `${name}: ${fate ?? ''}, ${duration(getLatency(request))}`;
    return [
      html`<a href="#${anchor}"><title>${hint}</title><circle class="target" cx="${coordinate(x)}" cy="${y}" r="9"/><path class="missed" d="${cross}"/></a>`,
    ];
  });
}

function drawRate({ buckets: all, bucketMs, lastDueMs }: Timeline, axis: TimeAxis): Content {
  // The last bucket is rarely full: its rate would be too low.
  const buckets = all.filter(({ fromMs }, index) => index === 0 || fromMs + bucketMs <= lastDueMs);
  const perSecond = (count: number): number => (count * 1_000) / bucketMs;
  const most = buckets.reduce((top, { sent }) => Math.max(top, perSecond(sent)), 0);
  const scale = scaleLinear()
    .domain([0, most || 1])
    .nice(RATE_TICKS)
    .range([RATE.bottom, RATE.top]);
  const line = (count: (bucket: Timeline['buckets'][number]) => number): string =>
    linePath(
      buckets.map((bucket) => [
        axis.scale(bucket.fromMs + bucketMs / 2),
        scale(perSecond(count(bucket))),
      ]),
    );
  return [
    leftAxis(scale, scale.ticks(RATE_TICKS), String),
    svgPath(
      'rate-sent',
      line(({ sent }) => sent),
    ),
    svgPath(
      'rate-in-time',
      line(({ inTime }) => inTime),
    ),
    svgText(0, RATE.top - 13, 'title', 'Payments per second, by due time'),
  ];
}
