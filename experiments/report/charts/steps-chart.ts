/** The steps of a hand-over: their medians, one after the other, one bar per kind. */
import { scaleLinear } from 'd3-scale';
import { HANDOVER_STEPS, type HandoverSamples } from '../facts/handover-figures.js';
import { percentile } from '../../../shared/percentile.js';
import { duration } from '../../../shared/format.js';
import { html, type Html, type Content } from '../../../shared/web/html.js';
import {
  bottomAxis,
  chart,
  coordinate,
  LEFT,
  RIGHT,
  svgText,
  CHART_WIDTH,
  type Scale,
} from './svg.js';

const ROW_HEIGHT = 34;
const BAR_HEIGHT = 20;
const TOP = 8;
/**
 * Width of a letter, in chart units: a step's name is written into its part of the bar where it
 * fits.
 */
const LETTER = 6.6;

interface Piece {
  name: string;
  step: number;
  fromMs: number;
  ms: number;
}

/** The observed steps, each beginning at the end of the previous one. */
function stack({ samples }: HandoverSamples): Piece[] {
  let fromMs = 0;
  return HANDOVER_STEPS.flatMap(([step, name], index) => {
    if (samples[step].length === 0) return [];
    const part = { name, step: index + 1, fromMs, ms: percentile(samples[step], 0.5) };
    fromMs += part.ms;
    return [part];
  });
}

const endOf = (parts: readonly Piece[]): number =>
  parts.reduce((end, { fromMs, ms }) => Math.max(end, fromMs + ms), 0);

function drawPart({ name, step, fromMs, ms }: Piece, scale: Scale, y: number): Content {
  const [x, width] = [scale(fromMs), Math.max(0.5, scale(fromMs + ms) - scale(fromMs))];
  return [
    html`<g><title>${name}: ${duration(ms)}</title><rect class="step step-${step}" x="${coordinate(x)}" y="${coordinate(y)}" width="${coordinate(width)}" height="${BAR_HEIGHT}"/></g>`,
    width > name.length * LETTER + 6
      ? svgText(x + width / 2, y + BAR_HEIGHT - 6, 'step-name middle', name)
      : null,
  ];
}

/** Null when no step has a duration. */
export function stepsChart(kinds: readonly HandoverSamples[]): Html | null {
  const rows = kinds
    .map((kind) => ({ kind: kind.kind, parts: stack(kind) }))
    .filter(({ parts }) => parts.length > 0);
  if (rows.length === 0) return null;
  const longest = rows.reduce((most, { parts }) => Math.max(most, endOf(parts)), 1);
  const scale = scaleLinear()
    .domain([0, longest])
    .nice()
    .range([LEFT, CHART_WIDTH - RIGHT]);
  const bottom = TOP + rows.length * ROW_HEIGHT;
  return chart(
    bottom + 24,
    'Median of each step of a hand-over, one bar per kind; the table below has the figures.',
    bottomAxis(scale, scale.ticks(8), duration, TOP, bottom),
    rows.map(({ kind, parts }, index) => [
      svgText(LEFT - 8, TOP + index * ROW_HEIGHT + 20, 'tick end', kind),
      parts.map((part) =>
        drawPart(part, scale, TOP + index * ROW_HEIGHT + (ROW_HEIGHT - BAR_HEIGHT) / 2),
      ),
    ]),
  );
}
