/** Reads an amount as an operator types it. */

/**
 * The minor units of a typed amount without grouping; null: not an amount. Pure.
 * @param {string} text
 * @param {number} decimals
 */
export function toMinor(text, decimals) {
  const [, whole, fraction = ''] = /^\s*(\d{1,13})(?:[.,](\d+))?\s*$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > decimals) return null;
  return Number(whole + fraction.padEnd(decimals, '0'));
}
