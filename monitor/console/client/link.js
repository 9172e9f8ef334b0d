/** Shows whether the page is live, and if not, since when it is stale. */
import { byId, show } from './dom.js';
import { clockTime } from './format.js';

/**
 * @param {boolean} isAlive
 * @param {number} heardAt time of the last message, epoch ms.
 */
export function showLink(isAlive, heardAt) {
  byId('link').hidden = false;
  byId('link').className = isAlive ? 'link live' : 'link stale';
  show('link', isAlive ? 'live' : `Stale since ${clockTime(heardAt)}, trying again`);
  document.body.classList.toggle('stale-page', !isAlive);
}
