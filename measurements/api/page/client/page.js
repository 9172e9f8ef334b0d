/** Reads the event stream and fills the page: facts, chart, table. */
import { drawChart } from './chart.js';
import { addRounds, formatMean, toRow, toRows } from './rows.js';

/** @typedef {import('./rows.js').Round} Round */

const RETRY_MS = 3_000;

/** @type {Round[]} */
let rounds = [];

/** @param {string} id */
function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element ${id}`);
  return element;
}

/**
 * @param {string} id
 * @param {string} text
 */
function show(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

function showAge() {
  const last = rounds.at(-1);
  if (!last) return;
  const seconds = Math.max(0, Math.round((Date.now() - new Date(last.at).getTime()) / 1_000));
  show('age', seconds < 120 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`);
}

function draw() {
  const last = rounds.at(-1);
  if (!last) return;
  show('mean', formatMean(last.mean));
  show('round', String(last.round));
  show('devices', String(last.devices));
  showAge();
  drawChart(byId('chart'), rounds);
  byId('rounds').replaceChildren(...toRows(rounds).map(toRow));
}

/** @param {readonly Round[]} more */
function take(more) {
  rounds = addRounds(rounds, more);
  draw();
}

/** @param {boolean} isAlive */
function showLink(isAlive) {
  byId('link').classList.toggle('lost', !isAlive);
  show('link', isAlive ? 'Live.' : 'Connection lost; trying again …');
}

function follow() {
  const source = new EventSource('/events');
  source.addEventListener('rounds', (event) => {
    showLink(true);
    take(JSON.parse(event.data));
  });
  source.addEventListener('round', (event) => take([JSON.parse(event.data)]));
  source.onerror = () => {
    showLink(false);
    // A browser does not reconnect when the answer was no stream, so this code does.
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, RETRY_MS);
  };
}

new ResizeObserver(draw).observe(byId('chart'));
setInterval(showAge, 1_000);
follow();
