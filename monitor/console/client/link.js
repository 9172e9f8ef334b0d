/**
 * Shows whether the page is live, and if not, since when it is stale. A stale page offers no
 * operator action.
 */
import { byId, show } from './dom.js';
import { clockTime } from './format.js';

/** The buttons of operator actions: a stale page may show a state that has changed. */
const ACTIONS = 'button[data-action], #handover, #schedule, #accepting, #restart-button';

/** @param {HTMLButtonElement} button */
function update(button) {
  const isStale = document.body.classList.contains('stale-page');
  button.disabled = isStale || 'withheld' in button.dataset;
}

/**
 * Offers an action or withholds it for a reason of its own. A stale page offers none.
 * @param {HTMLElement} button
 * @param {boolean} isOffered
 */
export function offer(button, isOffered) {
  button.toggleAttribute('data-withheld', !isOffered);
  if (button instanceof HTMLButtonElement) update(button);
}

/**
 * @param {boolean} isAlive
 * @param {number} heardAt time of the last message, epoch ms.
 */
export function showLink(isAlive, heardAt) {
  byId('link').hidden = false;
  byId('link').className = isAlive ? 'link live' : 'link stale';
  show('link', isAlive ? 'live' : `Stale since ${clockTime(heardAt)}, trying again`);
  document.body.classList.toggle('stale-page', !isAlive);
  for (const button of document.querySelectorAll(ACTIONS))
    if (button instanceof HTMLButtonElement) update(button);
}
