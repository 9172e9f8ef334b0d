/**
 * `Prefer: wait=N`: how long the client would like to wait for the outcome. A preference is a wish: what cannot be read
 * is ignored, as the standard asks.
 * @see https://www.rfc-editor.org/rfc/rfc7240 sections 2 and 4.3
 */

/** The longest wait, in seconds; more is treated as this. Below the idle time-outs of common balancers. */
export const WAIT_MAX_SECONDS = 30;

/** Seconds to wait, 0 to 30; null when nothing was asked, or nothing that can be understood. The first `wait` counts. */
export function waitSeconds(header: string | undefined): number | null {
  for (const preference of (header ?? '').split(',')) {
    const [token = ''] = preference.split(';');
    const match = /^\s*wait\s*(?:=\s*(.*?)\s*)?$/i.exec(token);
    if (!match) continue;
    const value = match[1]?.replace(/^"(.*)"$/, '$1');
    if (value === undefined || value === '') return WAIT_MAX_SECONDS;
    return /^\d{1,9}$/.test(value) ? Math.min(Number(value), WAIT_MAX_SECONDS) : null;
  }
  return null;
}
