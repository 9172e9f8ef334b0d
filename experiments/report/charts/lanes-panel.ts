/** One lane per part: solid while it led (with the number of the term), hatched during a fault. */
import type { PartLane } from '../facts/lanes.js';
import { faultEndMs } from '../facts/lanes.js';
import type { Timeline } from '../facts/timeline.js';
import { duration } from '../../../shared/format.js';
import { html, type Content } from '../../../shared/web/html.js';
import { coordinate, LEFT, svgPath, rectanglePath, RIGHT, svgText, CHART_WIDTH } from './svg.js';
import type { TimeAxis } from './time-axis.js';

export const LANE_HEIGHT = 22;
const BAR = 14;
/** Smallest width for the number of a term, in chart units. */
const ROOM_FOR_TERM = 16;
/** Smallest width of a fault. */
const NARROWEST = 3;
/** Longer names would overlap the chart. */
const LONGEST_NAME = 19;

const shorten = (name: string): string =>
  name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;

export function drawLanes(
  lanes: readonly PartLane[],
  timeline: Timeline,
  axis: TimeAxis,
  top: number,
): Content {
  if (lanes.length === 0) return null;
  return [
    svgText(0, top - 10, 'title', 'Leaders (with their terms) and faults'),
    lanes.map((lane, index) => drawLane(lane, timeline, axis, top + index * LANE_HEIGHT)),
  ];
}

function drawLane(
  { part, reigns, faults }: PartLane,
  timeline: Timeline,
  axis: TimeAxis,
  top: number,
): Content {
  const y = top + (LANE_HEIGHT - BAR) / 2;
  const place = (wallMs: number): number =>
    Math.min(CHART_WIDTH - RIGHT, Math.max(LEFT, axis.scale(wallMs - timeline.originMs)));
  const endMs = timeline.originMs + timeline.spanMs;
  const bars = reigns.map(({ term, fromMs, toMs }) => ({
    term,
    x: place(fromMs),
    width: place(toMs) - place(fromMs),
  }));
  return [
    svgText(LEFT - 8, y + BAR - 3, 'tick end', shorten(part)),
    svgPath('reign', bars.map(({ x, width }) => rectanglePath(x, y, width, BAR)).join('')),
    bars.map(({ term, x, width }) =>
      width < ROOM_FOR_TERM
        ? null
        : svgText(x + width / 2, y + BAR - 3, 'term middle', String(term)),
    ),
    faults.map((fault) => {
      const until = faultEndMs(fault, endMs);
      const x = Math.min(place(fault.atMs), CHART_WIDTH - RIGHT - NARROWEST);
      const to = Math.max(x + NARROWEST, place(until));
      const hint = `${fault.kind} of ${fault.target} at ${duration(fault.atMs - timeline.originMs)}, for ${duration(until - fault.atMs)}`;
      return html`<g><title>${hint}</title><rect class="fault" x="${coordinate(x)}" y="${coordinate(y - 2)}" width="${coordinate(to - x)}" height="${BAR + 4}"/></g>`;
    }),
  ];
}
