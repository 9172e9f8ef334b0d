/**
 * Draws the last pings of a replica as a small line, with a gap for each ping without an answer.
 */
import { makeSvg } from './dom.js';

const WIDTH = 72;
const HEIGHT = 20;
/** Minimum for the top of the line, ms, so that short pings stay low. */
const LEAST_TOP = 4;
const KEPT = 60;

/** @typedef {[x: number, y: number]} Point */

/**
 * The points of the line, with one segment for each run of answers. Pure.
 * @param {readonly (number | null)[]} pings
 */
export function pieces(pings) {
  const top = Math.max(LEAST_TOP, ...pings.filter((ms) => ms !== null));
  const step = WIDTH / (KEPT - 1);
  /** @type {Point[][]} */
  const found = [];
  /** @type {Point[]} */
  let piece = [];
  const end = () => {
    if (piece.length > 0) found.push(piece);
    piece = [];
  };
  pings.forEach((ms, index) => {
    if (ms === null) end();
    else
      piece.push([
        Number((index * step).toFixed(1)),
        Number((HEIGHT - 1 - (ms / top) * (HEIGHT - 2)).toFixed(1)),
      ]);
  });
  end();
  return found;
}

/** @param {Point[]} points */
function drawPiece(points) {
  const [first, second] = points;
  return first && !second
    ? makeSvg('circle', { cx: first[0], cy: first[1], r: 1.2 })
    : makeSvg('polyline', { points: points.map((point) => point.join(',')).join(' ') });
}

export function sparkline() {
  /** @type {(number | null)[]} */
  const pings = [];
  const svg = makeSvg('svg', {
    'class': 'spark',
    'viewBox': `0 0 ${WIDTH} ${HEIGHT}`,
    'width': WIDTH,
    'height': HEIGHT,
    'aria-hidden': 'true',
  });
  /** @param {readonly (number | null)[]} more */
  const add = (more) => {
    pings.push(...more);
    pings.splice(0, pings.length - KEPT);
    svg.replaceChildren(...pieces(pings).map(drawPiece));
  };
  /** @param {readonly (number | null)[]} all */
  const reset = (all) => {
    pings.length = 0;
    add(all);
  };
  return { svg, add, reset };
}
