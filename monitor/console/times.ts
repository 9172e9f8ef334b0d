/** Times on the pages of the console, in UTC. A script converts them to the reader's zone. */
import { html, type Html } from '../../shared/web/html.js';

/** A dash for a time that is not known. */
export const utcTime = (iso: string | null): Html =>
  iso === null
    ? html`–`
    : html`<time datetime="${iso}" title="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
