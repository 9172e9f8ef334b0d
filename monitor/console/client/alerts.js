/** Keeps the page of the alerts live: loads it again when an alert fires or clears. */
import { byId } from './dom.js';
import { writeLocalTimes } from './local-times.js';

/** Maximum wait for the page, in ms. */
const ANSWER_MS = 15_000;

async function refresh() {
  // A reason that is being typed stays.
  if (document.activeElement instanceof HTMLInputElement) return;
  const response = await fetch(location.href, {
    headers: { Accept: 'text/html' },
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch(() => null);
  const text = response?.ok ? await response.text().catch(() => null) : null;
  const found = text && new DOMParser().parseFromString(text, 'text/html').getElementById('found');
  if (!found) return;
  writeLocalTimes(found);
  byId('found').replaceChildren(...found.childNodes);
}

addEventListener('relevo:alerts', () => void refresh());
