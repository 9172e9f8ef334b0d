/**
 * The period of the charts: the last minutes, live; the last hour or day, from the record; or a
 * chosen period. The address contains it.
 */
import { byId, byIdAs, show } from './dom.js';
import { join } from './chart-data.js';
import { toLocalField } from './format.js';
import { readJson } from './read-json.js';

/** @typedef {import('./chart-data.js').Columns} Columns */
/** @typedef {import('../../http/schemas.js').Series} Series */
/** @typedef {import('../../samples/documents.js').SeriesRange} SeriesRange */
/** @typedef {import('../../http/schemas.js').ElectionPage} ElectionPage */
/** @typedef {{ from: number, to: number }} Period epoch ms. */
/**
 * @typedef {object} Loaded
 * @property {Columns} columns
 * @property {number} stepMs
 * @property {Period | number} period a number: the last minutes until the newest sample.
 * @property {Series | null} series the samples of the monitor's memory; null: not part of it.
 */

/** Up to this many minutes the monitor has samples of one second in its memory. */
const LIVE_MINUTES = 15;
const MINUTE_MS = 60_000;
/** Interval between two loads of a period from the record, by its minutes, ms. */
const RELOAD_MS = new Map([
  ['60', 15_000],
  ['1440', MINUTE_MS],
]);

/** @param {string} minutes @returns null: the period needs no reload. */
export const reloadMs = (minutes) => RELOAD_MS.get(minutes) ?? null;

/** @param {string} minutes */
export const isLive = (minutes) => Number(minutes) <= LIVE_MINUTES;

/** @param {Period} period */
const toQuery = ({ from, to }) =>
  `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;

/**
 * @param {string} minutes of the filter; `range`: the chosen period.
 * @param {Period | null} chosen
 * @returns {Promise<Loaded | null>}
 */
export async function loadPeriod(minutes, chosen) {
  if (minutes === 'range' && chosen === null) return null;
  const now = Date.now();
  const period =
    minutes === 'range' && chosen ? chosen : { from: now - Number(minutes) * MINUTE_MS, to: now };
  /** @type {[SeriesRange | null, Series | null]} */
  const [stored, series] = await Promise.all([
    readJson(`/series/range?${toQuery(period)}`),
    isLive(minutes) ? readJson(`/series?minutes=${minutes}`) : null,
  ]);
  if (!series) return stored && { columns: stored, stepMs: stored.stepMs, period, series: null };
  const columns = join(stored, series);
  const isMixed = columns.at.length > series.at.length;
  const stepMs = isMixed && stored ? stored.stepMs : series.stepMs;
  return { columns, stepMs, period: Number(minutes), series };
}

/**
 * The form of the chosen period.
 * @param {(period: Period) => void} onChoice
 */
export function chosenPeriod(onChoice) {
  const form = byIdAs('period', HTMLFormElement);
  const [from, to] = [
    byIdAs('period-from', HTMLInputElement),
    byIdAs('period-to', HTMLInputElement),
  ];
  const given = new URLSearchParams(location.search);
  const start = {
    from: Date.parse(given.get('from') ?? ''),
    to: Date.parse(given.get('to') ?? ''),
  };
  /** @type {Period | null} */
  let chosen = start.from < start.to ? start : null;
  const shown = chosen ?? { from: Date.now() - 60 * MINUTE_MS, to: Date.now() };
  [from.value, to.value] = [toLocalField(shown.from), toLocalField(shown.to)];
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const wanted = { from: new Date(from.value).getTime(), to: new Date(to.value).getTime() };
    const isPossible = wanted.from < wanted.to;
    show('period-problem', isPossible ? '' : 'The end must be after the start.');
    if (!isPossible) return;
    chosen = wanted;
    const query = new URLSearchParams(location.search);
    query.set('from', new Date(wanted.from).toISOString());
    query.set('to', new Date(wanted.to).toISOString());
    history.replaceState(null, '', `${location.pathname}?${query}`);
    onChoice(wanted);
  });
  return {
    get: () => chosen,
    /** @param {boolean} isShown */
    toggle: (isShown) => (byId('period').hidden = !isShown),
  };
}

/**
 * The mark of an election in the charts.
 * @param {ElectionPage['elections'][number]} election
 */
export const toMark = ({ term, electedAt }) => ({ term, at: Date.parse(electedAt) });

/**
 * The marks of the elections of a period, newest first; none without an answer.
 * @param {Period | number} period
 */
export async function readMarks(period) {
  const now = Date.now();
  const { from, to } =
    typeof period === 'number' ? { from: now - period * MINUTE_MS, to: now } : period;
  const days = [from, to].map((ms) => new Date(ms).toISOString().slice(0, 10));
  /** @type {ElectionPage | null} */
  const answer = await readJson(`/elections?limit=200&from=${days[0]}&until=${days[1]}`);
  return (answer?.elections ?? []).map(toMark);
}
