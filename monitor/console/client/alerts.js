/** Keeps the page of the alerts live: loads it again when an alert changes. */
import { byId } from './dom.js';
import { writeLocalTimes } from './local-times.js';
import { loadPart } from './page-part.js';

/** Pause before the next attempt while a reason is typed or no answer comes, in ms. */
const PAUSE_MS = 3_000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let again;

/** Whether the reader types the reason of an acknowledgement, or has typed one. */
const isTyping = () =>
  [...byId('found').querySelectorAll('input')].some(
    (input) => input === document.activeElement || (input.name === 'reason' && input.value !== ''),
  );

async function refresh() {
  clearTimeout(again);
  const found = isTyping() ? null : await loadPart('found');
  // The typing may have begun while the page was loading.
  if (!found || isTyping()) {
    clearTimeout(again);
    again = setTimeout(() => void refresh(), PAUSE_MS);
    return;
  }
  writeLocalTimes(found);
  byId('found').replaceChildren(...found.childNodes);
}

addEventListener('relevo:alerts', () => void refresh());
