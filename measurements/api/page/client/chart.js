/** Draws the means as a line with a gap for each round without a mean. */

/** @typedef {import('../../../../shared/contracts/measurements.js').SeriesRound} Round */
/** @typedef {{ width: number, height: number, top: number, first: number, last: number }} Scale */

/** Number of rounds in the chart. */
export const SHOWN = 120;
/** Space for the labels, pixels. */
const MARGIN = { left: 52, right: 12, top: 10, bottom: 26 };
const STEPS = [1, 2, 5, 10];
/** Lowest top of the axis, ms. */
const LEAST_TOP = 1;

/**
 * The first round number at or above a value that is 1, 2 or 5 times a power of ten. Pure.
 * @param {number} value
 */
export function niceTop(value) {
  const least = Math.max(value, LEAST_TOP);
  const power = 10 ** Math.floor(Math.log10(least));
  return (STEPS.find((step) => step * power >= least) ?? 10) * power;
}

/**
 * The runs of rounds that follow each other without a gap. Pure.
 * @param {readonly Round[]} rounds
 * @returns {Round[][]}
 */
export function toPieces(rounds) {
  /** @type {Round[][]} */
  const pieces = [];
  for (const round of rounds) {
    const piece = pieces.at(-1);
    if (piece?.at(-1)?.round === round.round - 1) piece.push(round);
    else pieces.push([round]);
  }
  return pieces;
}

/**
 * The rounds that another leading device began with. Pure.
 * @param {readonly Round[]} rounds
 */
export const toChanges = (rounds) =>
  rounds.filter(({ epoch }, index) => index > 0 && rounds[index - 1]?.epoch !== epoch);

/**
 * The place of a round in the picture. Pure.
 * @param {Scale} scale
 * @param {Pick<Round, 'round' | 'mean'>} round
 * @returns {[x: number, y: number]}
 */
export function toPoint({ width, height, top, first, last }, { round, mean }) {
  const inner = width - MARGIN.left - MARGIN.right;
  const share = last === first ? 1 : (round - first) / (last - first);
  const depth = height - MARGIN.top - MARGIN.bottom;
  return [
    Number((MARGIN.left + share * inner).toFixed(1)),
    Number((MARGIN.top + (1 - mean / top) * depth).toFixed(1)),
  ];
}

const SVG = 'http://www.w3.org/2000/svg';
/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {...(Node | string)} children
 */
function make(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** @param {Scale} scale */
function drawAxes(scale) {
  const { width, top, first, last } = scale;
  const lines = [0, 0.5, 1].map((share) => {
    const y = toPoint(scale, { round: first, mean: top * share })[1];
    return make(
      'g',
      { class: 'grid' },
      make('line', { x1: MARGIN.left, x2: width - MARGIN.right, y1: y, y2: y }),
      make('text', { 'x': MARGIN.left - 8, 'y': y + 4, 'text-anchor': 'end' }, String(top * share)),
    );
  });
  const bottom = scale.height - 8;
  return [
    ...lines,
    make('text', { x: MARGIN.left, y: bottom }, `round ${first}`),
    make('text', { 'x': width - MARGIN.right, 'y': bottom, 'text-anchor': 'end' }, `round ${last}`),
  ];
}

/**
 * @param {Scale} scale
 * @param {Round[]} piece
 */
function drawPiece(scale, piece) {
  const points = piece.map((round) => toPoint(scale, round));
  const [first] = points;
  return first && points.length === 1
    ? make('circle', { class: 'dot', cx: first[0], cy: first[1], r: 2.5 })
    : make('polyline', { class: 'mean', points: points.map((each) => each.join(',')).join(' ') });
}

/**
 * @param {Scale} scale
 * @param {Round} round
 */
function drawChange(scale, round) {
  const [x] = toPoint(scale, round);
  return make('line', {
    class: 'change',
    x1: x,
    x2: x,
    y1: MARGIN.top,
    y2: scale.height - MARGIN.bottom,
  });
}

/**
 * Draws the picture into an element.
 * @param {HTMLElement} place
 * @param {readonly Round[]} rounds oldest first; at least one.
 */
export function drawChart(place, rounds) {
  const last = rounds.at(-1);
  if (!last) return;
  const first = Math.max(1, last.round - SHOWN + 1);
  const shown = rounds.filter(({ round }) => round >= first);
  const size = { width: Math.max(280, place.clientWidth), height: 240 };
  const top = niceTop(Math.max(...shown.map(({ mean }) => mean)));
  const scale = { ...size, top, first, last: last.round };
  const svg = make(
    'svg',
    {
      'viewBox': `0 0 ${size.width} ${size.height}`,
      'width': size.width,
      'height': size.height,
      'role': 'img',
      'aria-labelledby': 'chart-title',
    },
    ...drawAxes(scale),
    ...toChanges(shown).map((round) => drawChange(scale, round)),
    ...toPieces(shown).map((piece) => drawPiece(scale, piece)),
  );
  place.replaceChildren(svg);
}
