/**
 * Draws arrows between boxes over the elements of a page. The geometry is pure. On a phone there
 * are no arrows.
 */
import { makeSvg } from './dom.js';

/**
 * Between the tip of an arrow and its box; the length and half the width of the tip; the corners of
 * a detour, px.
 */
const GAP = 3;
const TIP = 8;
const TIP_HALF = 4;
const CORNER = 10;
/** Distance of a label beside its line, px. */
const ASIDE = 34;

/** @typedef {{ left: number, right: number, top: number, bottom: number }} Box */
/** @typedef {{ line: string, tip: string, label: { x: number, y: number } }} Way */
/** @typedef {import('./flows.js').Flow} Flow */
/** @typedef {Way & Pick<Flow, 'kind' | 'works'>} Arrow */

/**
 * @param {number} from
 * @param {number} to
 */
const middle = (from, to) => (from + to) / 2;
/**
 * @param {number} x
 * @param {number} y
 */
const point = (x, y) => `${Math.round(x)} ${Math.round(y)}`;

/**
 * From the right side of a box to the left side of another.
 * @param {Box} from
 * @param {Box} to
 */
function across(from, to) {
  const [x, y] = [to.left - GAP, middle(to.top, to.bottom)];
  const [startX, startY] = [from.right, middle(from.top, from.bottom)];
  const bend = middle(startX, x - TIP);
  const line = `M${point(startX, startY)}C${point(bend, startY)} ${point(bend, y)} ${point(x - TIP, y)}`;
  return {
    line,
    tip: `M${point(x, y)}l${-TIP} ${-TIP_HALF}v${2 * TIP_HALF}z`,
    label: { x: bend, y: middle(startY, y) },
  };
}

/**
 * From the lower side of a box down to the upper side of another.
 * @param {Box} from
 * @param {Box} to
 */
function down(from, to) {
  const [x, y] = [middle(to.left, to.right), to.top - GAP];
  const line = `M${point(x, from.bottom + GAP)}V${Math.round(y - TIP)}`;
  return {
    line,
    tip: `M${point(x, y)}l${-TIP_HALF} ${-TIP}h${2 * TIP_HALF}z`,
    label: { x: x + ASIDE, y: middle(from.bottom, y - TIP) },
  };
}

/**
 * Below the boxes between: from the lower side of a box along the floor, up to the lower side of
 * another.
 * @param {Box} from
 * @param {Box} to
 * @param {number} floor vertical position of the detour, px.
 */
function under(from, to, floor) {
  const [startX, x] = [middle(from.left, from.right), middle(to.left, to.right)];
  const y = to.bottom + GAP;
  const line =
    `M${point(startX, from.bottom + GAP)}V${Math.round(floor - CORNER)}q0 ${CORNER} ${CORNER} ${CORNER}` +
    `H${Math.round(x - CORNER)}q${CORNER} 0 ${CORNER} ${-CORNER}V${Math.round(y + TIP)}`;
  return {
    line,
    tip: `M${point(x, y)}l${-TIP_HALF} ${TIP}h${2 * TIP_HALF}z`,
    label: { x: middle(startX, x), y: floor },
  };
}

/** @type {Record<Flow['kind'], (from: Box, to: Box, floor: number) => Way>} */
const WAYS = {
  forward: down,
  watch: down,
  charge: down,
  enqueue: across,
  fetch: across,
  commit: across,
  accept: under,
};

/**
 * @param {readonly Flow[]} flows
 * @param {(name: string) => Box | null} getBox the box of a name, px. Null: no box and no arrow.
 * @param {number} floor vertical position of a detour, px.
 * @returns {Arrow[]}
 */
export function toArrows(flows, getBox, floor) {
  return flows.flatMap(({ kind, from, to, works }) => {
    const [start, end] = [getBox(from), getBox(to)];
    return start && end ? [{ kind, works, ...WAYS[kind](start, end, floor) }] : [];
  });
}

/**
 * Several arrows of a kind share one label in the middle.
 * @param {readonly Arrow[]} arrows
 */
function makeLabels(arrows) {
  return [...new Set(arrows.map(({ kind }) => kind))].map((kind) => {
    const places = arrows.filter((arrow) => arrow.kind === kind).map(({ label }) => label);
    /** @param {'x' | 'y'} axis */
    const mean = (axis) =>
      Math.round(places.reduce((sum, place) => sum + place[axis], 0) / places.length);
    return makeSvg('text', { x: mean('x'), y: mean('y') }, kind);
  });
}

/**
 * @param {Element} root the area of the drawing.
 * @param {Element} svg covers the area.
 * @param {(name: string) => Element | null | undefined} findElement the element of a name.
 * @returns a function that receives the flows, and draws when they or the boxes changed.
 */
export function arrows(root, svg, findElement) {
  /** @type {readonly Flow[]} */
  let flows = [];
  let drawn = '';
  function draw() {
    const ground = root.getBoundingClientRect();
    if (svg.getBoundingClientRect().width === 0) return;
    /** @param {string} name */
    const getBox = (name) => {
      const box = findElement(name)?.getBoundingClientRect();
      if (!box) return null;
      return {
        left: box.left - ground.left,
        right: box.right - ground.left,
        top: box.top - ground.top,
        bottom: box.bottom - ground.top,
      };
    };
    const all = toArrows(flows, getBox, ground.height - 2 * TIP);
    svg.replaceChildren(
      ...all.map(({ works, line, tip }) =>
        makeSvg(
          'g',
          { class: works ? 'arrow' : 'arrow stands' },
          makeSvg('path', { d: line }),
          makeSvg('path', { class: 'tip', d: tip }),
        ),
      ),
      ...makeLabels(all),
    );
  }
  const observer = new ResizeObserver(draw);
  for (const element of [root, ...root.querySelectorAll('ul')]) observer.observe(element);
  /** @param {readonly Flow[]} next */
  return (next) => {
    const key = JSON.stringify(next);
    if (key === drawn) return;
    [flows, drawn] = [next, key];
    draw();
  };
}
