/**
 * Keeps the list of a page current, the element `#live` or `#found`: loads the page again every few
 * seconds, a large page less often, and adopts the element when it differs. Waits while the reader
 * selects text, has marked rows, or uses an element of the list, and while the page is hidden.
 */
import { writeLocalTimes } from './local-times.js';
import { loadPart } from './page-part.js';
import { getPauseMs } from './refresh-pace.js';

const ID = document.getElementById('live') ? 'live' : 'found';

let taken = '';

/** @param {Element} place */
const isInUse = (place) =>
  document.hidden ||
  place.contains(document.activeElement) ||
  place.querySelector('input:checked') !== null ||
  (document.getSelection()?.isCollapsed === false &&
    place.contains(document.getSelection()?.anchorNode ?? null));

/** Bytes of the answers since the last call, as they were sent. */
function takeReceived() {
  const entries = performance.getEntriesByType('resource');
  performance.clearResourceTimings();
  return entries.reduce(
    (sum, entry) =>
      entry instanceof PerformanceResourceTiming && entry.initiatorType === 'fetch'
        ? sum + entry.encodedBodySize
        : sum,
    0,
  );
}

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
  setTimeout(() => void refresh(), getPauseMs(takeReceived()));
}

setTimeout(() => void refresh(), getPauseMs(0));
