/**
 * `Prefer: wait=N`: how long the client wants to wait for the outcome. A preference is optional: a
 * malformed value is ignored, as the standard requires.
 * @see https://www.rfc-editor.org/rfc/rfc7240 sections 2 and 4.3
 */

/**
 * The longest wait, in seconds; longer values are reduced to this. Below the idle time-outs of
 * common load balancers.
 */
export const WAIT_MAX_SECONDS = 30;

/**
 * Splits a text at separators outside quoted strings. One pass: the cost is linear for any input.
 */
function splitParts(text: string, separator: string): string[] {
  const parts: string[] = [];
  let isQuoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (isQuoted && sign === '\\') at += 1;
    else if (sign === '"') isQuoted = !isQuoted;
    else if (!isQuoted && sign === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

const unquote = (value: string): string =>
  value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;

/**
 * Seconds to wait, 0 to 30; null when the header is missing or malformed. The first `wait` counts.
 */
export function waitSeconds(header: string | undefined): number | null {
  for (const preference of splitParts(header ?? '', ',')) {
    const [token = ''] = splitParts(preference, ';');
    const equals = token.indexOf('=');
    const name = equals < 0 ? token : token.slice(0, equals);
    if (name.trim().toLowerCase() !== 'wait') continue;
    const value = equals < 0 ? '' : unquote(token.slice(equals + 1).trim());
    if (value === '') return WAIT_MAX_SECONDS;
    return /^\d{1,9}$/.test(value) ? Math.min(Number(value), WAIT_MAX_SECONDS) : null;
  }
  return null;
}
