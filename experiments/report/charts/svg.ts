/**
 * Shared parts of the charts: frame, axes, grid, text. Charts are SVG, created when the report is
 * written. They need no script, can be printed, use the page's light and dark colours, and every
 * mark can be a link. d3-scale chooses the ticks; no other part of D3 is used.
 */
import type { ScaleContinuousNumeric } from 'd3-scale';
import { html, trusted, type Html, type Content } from '../../../shared/web/html.js';
import { roundToTenth } from '../../../shared/format.js';

export type Scale = ScaleContinuousNumeric<number, number>;

/** Width of every chart, in its own units; the page scales the chart. */
export const CHART_WIDTH = 960;
/** Space for the names at the left. */
export const LEFT = 128;
export const RIGHT = 16;

/** One number of a path, rounded to a tenth, so that charts stay small. */
export const coordinate = (value: number): string => String(roundToTenth(value));

/** A line through points, with a gap where a value is NaN. */
export function linePath(points: readonly (readonly [x: number, y: number])[]): string {
  let gap = true;
  return points
    .map(([x, y]) => {
      if (!Number.isFinite(y)) {
        gap = true;
        return '';
      }
      const command = gap ? 'M' : 'L';
      gap = false;
      return `${command}${coordinate(x)} ${coordinate(y)}`;
    })
    .join('');
}

/** Dots, as lines of no length with round ends: a few bytes each. */
export const dotsPath = (points: readonly (readonly [number, number])[]): string =>
  points.map(([x, y]) => `M${coordinate(x)} ${coordinate(y)}h0`).join('');

export const rectanglePath = (x: number, y: number, width: number, height: number): string =>
  `M${coordinate(x)} ${coordinate(y)}h${coordinate(Math.max(0.5, width))}v${coordinate(height)}h${coordinate(-Math.max(0.5, width))}z`;

/** A path from generated numbers and letters, without a need to escape. */
export const svgPath = (className: string, d: string): Html | null =>
  d === '' ? null : html`<path class="${className}" d="${trusted(d)}"/>`;

export function svgText(x: number, y: number, className: string, content: string): Html {
  return html`<text class="${className}" x="${coordinate(x)}" y="${coordinate(y)}">${content}</text>`;
}

/** Vertical grid lines and their labels below. */
export function bottomAxis(
  scale: Scale,
  ticks: readonly number[],
  format: (value: number) => string,
  top: number,
  bottom: number,
): Content {
  const lines = ticks
    .map((tick) => `M${coordinate(scale(tick))} ${coordinate(top)}V${coordinate(bottom)}`)
    .join('');
  return [
    svgPath('grid', lines),
    ticks.map((tick) => svgText(scale(tick), bottom + 16, 'tick middle', format(tick))),
  ];
}

/** Horizontal grid lines and their labels to the left. */
export function leftAxis(
  scale: Scale,
  ticks: readonly number[],
  format: (value: number) => string,
): Content {
  const lines = ticks
    .map((tick) => `M${LEFT} ${coordinate(scale(tick))}H${CHART_WIDTH - RIGHT}`)
    .join('');
  return [
    svgPath('grid', lines),
    ticks.map((tick) => svgText(LEFT - 8, scale(tick) + 4, 'tick end', format(tick))),
  ];
}

/** The complete chart. @param summary for users of a screen reader. */
export const chart = (height: number, summary: string, ...parts: Content[]): Html =>
  html`<div class="scroll" tabindex="0"><svg class="chart" viewBox="0 0 ${CHART_WIDTH} ${Math.ceil(height)}" role="group" aria-label="${summary}">${parts}</svg></div>`;
