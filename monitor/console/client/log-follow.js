/**
 * Keeps the page of a log live: asks every two seconds for the rows behind the last position, and
 * appends them. Only the server renders rows. Waits while the page is hidden, while the reader
 * selects text, has scrolled up, or has pressed *Pause*.
 */
import { byId, make, show } from './dom.js';
import { writeLocalTimes } from './local-times.js';
import { loadPart } from './page-part.js';

const PAUSE_MS = 2_000;
/** More rows are removed from the top. */
const ROWS_MAX = 2_000;
/** Most lines of one answer. */
const LINES_MAX = '1000';
/** Distance to the end within which the reader is at the end, in pixels. */
const END_PX = 24;

const log = byId('log');
/** @returns {HTMLElement} */
const getBox = () => log.querySelector('.scroll') ?? log;
/** @returns {Element} */
const getBody = () => log.querySelector('tbody') ?? log;

let isPaused = false;
/** Whether the last request had an answer. */
let isAnswered = true;

function isAtEnd() {
  const { scrollTop, clientHeight, scrollHeight } = getBox();
  return scrollTop + clientHeight >= scrollHeight - END_PX;
}

function isSelecting() {
  const selection = document.getSelection();
  return selection?.isCollapsed === false && log.contains(selection.anchorNode);
}

/** The reason for waiting; null: the page follows. */
function getWaitReason() {
  if (isPaused) return 'Paused';
  if (isSelecting()) return 'Paused while text is selected';
  return isAtEnd() ? null : 'Paused until you scroll to the end';
}

function showState() {
  const reason = getWaitReason();
  const isLive = reason === null && isAnswered;
  byId('log-state').className = isLive ? 'link live' : 'link';
  show(words, reason ?? (isAnswered ? 'Live' : 'No answer, trying again'));
  show(button, isPaused ? 'Continue' : 'Pause');
}

/** @param {string} after */
function toAddress(after) {
  const address = new URL(location.href);
  address.searchParams.set('after', after);
  address.searchParams.set('lines', LINES_MAX);
  return address.href;
}

const toEnd = () => {
  getBox().scrollTop = getBox().scrollHeight;
};

/** @param {HTMLElement} found the element of the newer page. */
function append(found) {
  const gaps = [...found.querySelectorAll('.gap')].map((gap) =>
    make('tr', { class: 'gap' }, make('td', { colspan: 4 }, gap.textContent)),
  );
  const rows = [...found.querySelectorAll('tbody tr')];
  log.dataset['position'] = found.dataset['position'];
  if (gaps.length + rows.length === 0) return;
  writeLocalTimes(found);
  getBody().append(...gaps, ...rows);
  for (const row of [...getBody().children].slice(0, -ROWS_MAX)) row.remove();
  byId('no-lines').hidden = true;
  toEnd();
}

async function refresh() {
  if (!document.hidden && getWaitReason() === null) {
    const after = log.dataset['position'] ?? '';
    const found = await loadPart('log', toAddress(after));
    isAnswered = found !== null;
    // The reader may have begun to use the page; the same rows come again with the next answer.
    if (found && getWaitReason() === null) append(found);
  }
  showState();
  setTimeout(() => void refresh(), PAUSE_MS);
}

const words = make('span');
const button = make('button', {
  type: 'button',
  onclick: () => {
    isPaused = !isPaused;
    if (!isPaused) toEnd();
    showState();
  },
});
byId('log-state').replaceChildren(words, button);
byId('newest').hidden = true;
log.closest('.logs')?.classList.add('follows');
toEnd();
showState();
getBox().addEventListener('scroll', showState);
document.addEventListener('selectionchange', showState);
setTimeout(() => void refresh(), PAUSE_MS);
