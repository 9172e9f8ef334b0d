/**
 * Keeps the list of a page current, the element `#live` or `#found`: loads the page again every few
 * seconds and adopts the element when it differs. Waits while the reader selects text, has marked
 * rows, or uses an element of the list, and while the page is hidden.
 */
import { writeLocalTimes } from './local-times.js';
import { loadPart } from './page-part.js';

const PAUSE_MS = 3_000;

const ID = document.getElementById('live') ? 'live' : 'found';

let taken = '';

/** @param {Element} place */
const isInUse = (place) =>
  document.hidden ||
  place.contains(document.activeElement) ||
  place.querySelector('input:checked') !== null ||
  (document.getSelection()?.isCollapsed === false &&
    place.contains(document.getSelection()?.anchorNode ?? null));

async function refresh() {
  const place = document.getElementById(ID);
  if (!place) return;
  const found = isInUse(place) ? null : await loadPart(ID);
  if (found && found.innerHTML !== taken && !isInUse(place)) {
    taken = found.innerHTML;
    writeLocalTimes(found);
    place.replaceChildren(...found.childNodes);
    dispatchEvent(new Event('relevo:refreshed'));
  }
  setTimeout(() => void refresh(), PAUSE_MS);
}

setTimeout(() => void refresh(), PAUSE_MS);
