/**
 * Keeps the list of elections live: at an event it loads the page again from the current address
 * and adopts the rows. So the filters apply, and only the server renders rows. Text in the filters
 * stays.
 */
import { byId, show } from './dom.js';
import { showLink } from './link.js';
import { follow } from './live.js';
import { writeLocalTimes } from './local-times.js';
import { loadPart } from './page-part.js';

/** Minimum time between two loads, ms, because an election and its steps cause several events. */
const PAUSE_MS = 1_000;
/** Interval of the polls for the first payment of a term, ms. */
const AWAITED_MS = 5_000;

let isBusy = false;
let isWanted = false;
let taken = '';

/** @param {Element} place */
function getRows(place) {
  /** @type {NodeListOf<HTMLElement>} */
  const rows = place.querySelectorAll('tr[data-term]');
  return [...rows];
}

/** @param {Element} place */
const getTerms = (place) => new Set(getRows(place).map((row) => row.dataset['term']));

/**
 * Replaces the old rows. Marks and announces rows that are new.
 * @param {HTMLElement} found
 */
function take(found) {
  // Equal rows stay, so that a selection and the reading position survive.
  if (found.innerHTML === taken) return;
  taken = found.innerHTML;
  const shown = byId('found');
  const known = getTerms(shown);
  const fresh = getRows(found).filter((row) => !known.has(row.dataset['term']));
  for (const row of fresh) row.classList.add('fresh');
  writeLocalTimes(found);
  /** @type {HTMLElement | null} */
  const before = shown.querySelector('.scroll');
  const [left, hadFocus] = [
    before?.scrollLeft ?? 0,
    before !== null && before === document.activeElement,
  ];
  shown.replaceChildren(...found.childNodes);
  /** @type {HTMLElement | null} */
  const after = shown.querySelector('.scroll');
  if (after) after.scrollLeft = left;
  if (hadFocus) after?.focus({ preventScroll: true });
  shown.dataset['awaits'] = found.dataset['awaits'];
  const [newest] = fresh;
  if (newest)
    show('announcer', `${newest.dataset['leader']} was elected in term ${newest.dataset['term']}.`);
}

async function refresh() {
  isWanted = true;
  if (isBusy) return;
  isBusy = true;
  while (isWanted) {
    isWanted = false;
    const found = await loadPart('found');
    if (found) take(found);
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSE_MS);
    });
  }
  isBusy = false;
}

const again = () => void refresh();
follow({ 'opened': again, 'election:won': again, 'failover:completed': again }, showLink);
setInterval(() => {
  if (byId('found').dataset['awaits'] === 'yes' && !document.hidden) again();
}, AWAITED_MS);
