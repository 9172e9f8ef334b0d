/** The cost of a payment: CPU time by part, stacked, one bar per benchmark. */
import { scaleLinear } from 'd3-scale';
import type { Summary } from '../../bench/figures.js';
import { PROCESS_PARTS, type ProcessPart as Played } from '../../bench/usage.js';
import {
  bottomAxis,
  chart,
  coordinate,
  RIGHT,
  svgText,
  CHART_WIDTH,
  type Scale,
} from '../charts/svg.js';
import { html, type Html, type Content } from '../../../shared/web/html.js';
import { formatWhole } from '../table.js';

const ROW_HEIGHT = 28;
const BAR_HEIGHT = 16;
const TOP = 8;
const NAMES = 200;
/** Width of a letter, in chart units: a part's name is written into its bar where it fits. */
const LETTER = 6.6;

/** The generator's time is not a cost of any benchmark. */
const COUNTED: readonly Played[] = PROCESS_PARTS.filter((part) => part !== 'generator');

interface Piece {
  part: Played;
  from: number;
  micros: number;
}

function stack({ cpuMicros }: Summary): Piece[] {
  let from = 0;
  return COUNTED.map((part) => {
    const piece = { part, from, micros: cpuMicros[part] ?? 0 };
    from += piece.micros;
    return piece;
  });
}

function drawPiece({ part, from, micros }: Piece, scale: Scale, y: number): Content {
  const [x, width] = [scale(from), scale(from + micros) - scale(from)];
  if (width < 0.5) return null;
  const step = COUNTED.indexOf(part) + 1;
  return [
    html`<g><title>${part}: ${formatWhole(micros)} µs</title><rect class="step step-${step}" x="${coordinate(x)}" y="${coordinate(y)}" width="${coordinate(width)}" height="${BAR_HEIGHT}"/></g>`,
    width > part.length * LETTER + 6
      ? svgText(x + width / 2, y + BAR_HEIGHT - 4, 'step-name middle', part)
      : null,
  ];
}

export function costChart(all: readonly Summary[]): Html {
  const dearest = all.reduce((most, { cpuMicrosTotal }) => Math.max(most, cpuMicrosTotal), 1);
  const scale = scaleLinear()
    .domain([0, dearest])
    .nice()
    .range([NAMES, CHART_WIDTH - RIGHT]);
  const bottom = TOP + all.length * ROW_HEIGHT;
  return chart(
    bottom + 24,
    'CPU time per payment by part, one bar per benchmark; the table below has the figures.',
    bottomAxis(scale, scale.ticks(6), (micros) => `${micros} µs`, TOP, bottom),
    all.map((one, index) => [
      svgText(NAMES - 12, TOP + (index + 0.5) * ROW_HEIGHT + 4, 'tick end', one.name),
      stack(one).map((piece) =>
        drawPiece(piece, scale, TOP + index * ROW_HEIGHT + (ROW_HEIGHT - BAR_HEIGHT) / 2),
      ),
    ]),
  );
}
