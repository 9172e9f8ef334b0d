/** Loads the page again from its address, so that only the server renders. */

/** Maximum wait for the page, in ms. */
const ANSWER_MS = 15_000;

/**
 * Returns one element of the page.
 * @param {string} id
 * @param {string} address default: that of this page.
 * @returns {Promise<HTMLElement | null>} null: no answer, or a page without this element.
 */
export async function loadPart(id, address = location.href) {
  const response = await fetch(address, {
    headers: { Accept: 'text/html' },
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch(() => null);
  const text = response?.ok ? await response.text().catch(() => null) : null;
  return text ? new DOMParser().parseFromString(text, 'text/html').getElementById(id) : null;
}
