/**
 * Parses amounts as people type them, exactly: digits are moved, never divided or rounded. Both
 * comma and point are accepted as the decimal sign. When both occur, the last one is the decimal
 * sign and the other one groups thousands. An ambiguous amount is refused.
 */

/** `12.345.678` or `12,345,678`: the whole part with grouped thousands. */
const GROUPED = { '.': /^\d{1,3}(\.\d{3})+$/, ',': /^\d{1,3}(,\d{3})+$/ } as const;

type Sign = keyof typeof GROUPED;

/** The digits of a whole part without its grouping; null when the text is not a whole part. */
function wholeDigits(text: string, grouping: Sign): string | null {
  if (/^\d+$/.test(text)) return text;
  return GROUPED[grouping].test(text) ? text.replaceAll(grouping, '') : null;
}

/**
 * @param text `150`, `150.00`, `150,00`, `1,500.00`, `1.500,00`.
 * @param digits decimals of the currency: 2 for USD, 0 for JPY.
 * @returns whole minor units; null when the text is not an amount, has too many decimals, or
 *   exceeds the safe integers.
 */
export function parseAmount(text: string, digits: number): number | null {
  const typed = text.trim();
  const at = Math.max(typed.lastIndexOf('.'), typed.lastIndexOf(','));
  const sign: Sign = typed[at] === ',' ? ',' : '.';
  const fraction = at < 0 ? '' : typed.slice(at + 1);
  const isFraction = at < 0 || (/^\d+$/.test(fraction) && fraction.length <= digits);
  if (!isFraction) return null;
  const whole = wholeDigits(at < 0 ? typed : typed.slice(0, at), sign === '.' ? ',' : '.');
  if (whole === null) return null;
  const minor = Number(whole + fraction.padEnd(digits, '0'));
  return Number.isSafeInteger(minor) ? minor : null;
}
