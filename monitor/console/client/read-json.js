/** Reads JSON documents of this monitor. */

/** Maximum wait for an answer, in ms. */
const ANSWER_MS = 15_000;

/**
 * @param {string} path
 * @returns {Promise<any>} null: no answer, or a refusal.
 */
export async function readJson(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => null);
  return response?.ok ? response.json().catch(() => null) : null;
}
