/**
 * Shows the alerts on every page of the console: in a banner, in the title and in the icon. Polls
 * the monitor once per second, and shows since when the monitor does not answer. Announces the
 * banner to screen readers when the set of alerts changes, not when a count in a text changes.
 */
import { byId, make, show } from './dom.js';
import { clockTime } from './format.js';

/** @typedef {import('../../../shared/contracts/alerts.js').OpenAlerts} OpenAlerts */
/** @typedef {OpenAlerts['open'][number]} Alert */
/** @typedef {'good' | 'warn' | 'bad'} Tone */

const POLL_MS = 1_000;
/** Maximum wait for an answer, ms. */
const ANSWER_MS = 3_000;
/** Alerts that the banner names. */
const NAMED = 3;

const COLOURS = { good: '%230d7f74', warn: '%23a86200', bad: '%23b3261e' };
const SHAPES = {
  good: 'M2 8h9M8 4l4 4-4 4',
  warn: 'M8 2v8M8 13v1',
  bad: 'M3 3l10 10M13 3L3 13',
};

/** @param {Tone} tone */
const toIcon = (tone) =>
  `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='${SHAPES[tone]}' fill='none' stroke='${COLOURS[tone]}' stroke-width='2.4' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E`;

let pageTitle = document.title.replace(/ · Relevo$/, '');
/** @type {readonly Alert[]} */
let alerts = [];
let answeredAt = Date.now();
let isAnswering = true;

/** @param {Alert['severity']} severity */
const toTone = (severity) =>
  severity === 'critical' ? 'bad' : severity === 'warning' ? 'warn' : 'none';

/** Acknowledged alerts and infos are listed, but do not call for attention. */
const isUrgent = (/** @type {Alert} */ { severity, acknowledgedAt }) =>
  severity !== 'info' && acknowledgedAt === null;

/** @returns {Tone} */
function getTone() {
  if (!isAnswering || alerts.some((alert) => isUrgent(alert) && alert.severity === 'critical'))
    return 'bad';
  return alerts.some(isUrgent) ? 'warn' : 'good';
}

function showTitle() {
  const urgent = alerts.filter(isUrgent);
  const trouble = isAnswering ? urgent[0]?.text : 'The monitor does not answer';
  const others = urgent.length > 1 ? ` (+${urgent.length - 1})` : '';
  document.title = `${trouble ? `▲ ${trouble}${others} · ` : ''}${pageTitle} · Relevo`;
  /** @type {HTMLLinkElement | null} */
  const icon = document.querySelector('link[rel="icon"]');
  const wanted = toIcon(getTone());
  if (icon && icon.href !== wanted) icon.href = wanted;
}

/**
 * Sets the title of the page; the alerts come before it.
 * @param {string} title
 */
export function setPageTitle(title) {
  pageTitle = title;
  showTitle();
}

/** @param {Alert} alert */
const toItem = ({ severity, text, acknowledgedAt }) =>
  make(
    'li',
    {},
    make('span', { class: `state ${toTone(severity)}` }, text),
    acknowledgedAt === null ? null : make('small', {}, ' acknowledged'),
  );

function showBanner() {
  const banner = byId('health');
  const items = alerts.slice(0, NAMED).map(toItem);
  if (!isAnswering) {
    const text = `The monitor has not answered since ${clockTime(answeredAt)}`;
    items.unshift(make('li', {}, make('span', { class: 'state bad' }, text)));
  }
  const more = alerts.length - NAMED;
  const words = more > 0 ? `All alerts, ${more} more` : 'What to do';
  const list = make('ul', {}, ...items);
  banner.hidden = items.length === 0;
  banner.className = `health ${getTone()}`;
  // Equal content stays, so that a reader's selection survives.
  if (banner.querySelector('ul')?.textContent === list.textContent) return;
  // The link stays too, so that it keeps the focus while a count in the text changes.
  const link = banner.querySelector('a') ?? make('a', { class: 'button', href: '/alerts.html' });
  show(link, words);
  const shown = banner.querySelector('ul');
  if (shown) shown.replaceWith(list);
  else banner.replaceChildren(list, link);
}

/** The set of alerts that was announced last. */
let announced = '';

/** Announces the banner when an alert begins or ends, or the monitor stops or begins to answer. */
function announce() {
  const ids = alerts.map(({ id }) => id).sort();
  const key = isAnswering ? ids.join() : 'silent';
  if (key === announced) return;
  announced = key;
  const texts = [...byId('health').querySelectorAll('li')].map((item) => item.textContent);
  const more = alerts.length - NAMED;
  const words = [...texts, ...(more > 0 ? [`${more} more`] : [])];
  show('health-announcer', words.length === 0 ? 'No alert is open' : words.join('. '));
}

/** The alerts and their acknowledgements, to recognise a change. */
const toKey = () => alerts.map(({ id, acknowledgedAt }) => `${id} ${acknowledgedAt}`).join();

/** @param {OpenAlerts | null} answer */
function take(answer) {
  isAnswering = answer !== null;
  if (answer) {
    answeredAt = Date.now();
    const before = toKey();
    alerts = answer.open;
    if (before !== toKey()) dispatchEvent(new Event('relevo:alerts'));
  }
  showBanner();
  announce();
  showTitle();
}

async function poll() {
  const response = await fetch('/alerts/open', { signal: AbortSignal.timeout(ANSWER_MS) }).catch(
    () => null,
  );
  take(response?.ok ? await response.json().catch(() => null) : null);
  setTimeout(() => void poll(), POLL_MS);
}

void poll();
