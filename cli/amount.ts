/** Money as people write it, and back: `150.00` USD is 15000 minor units. Digits are compared as text; nothing is rounded. Pure. */
import { AMOUNT_MAX_MINOR, CURRENCIES } from '../shared/money.js';
import { wrongArguments } from './failure.js';

/** ISO 4217 gives these currencies no minor unit, and those a thousandth; all others have hundredths. */
const WITHOUT_MINOR = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' '));
const THOUSANDTHS = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));

export const digitsOf = (currency: string): number => (WITHOUT_MINOR.has(currency) ? 0 : THOUSANDTHS.has(currency) ? 3 : 2);

/** @throws CommandFailure WRONG_ARGUMENTS */
export function readCurrency(text: string): string {
  const currency = text.toUpperCase();
  if (CURRENCIES.includes(currency)) return currency;
  throw wrongArguments(`--currency must be a code of ISO 4217, such as USD or EUR, not "${text}".`);
}

/** In minor units. A point or a comma stands before the minor digits. @throws CommandFailure WRONG_ARGUMENTS */
export function readAmount(text: string, currency: string): number {
  const digits = digitsOf(currency);
  const [, major, minor = ''] = /^(\d{1,15})(?:[.,](\d+))?$/.exec(text.trim()) ?? [];
  if (major === undefined) throw wrongArguments(`--amount must be a number such as ${digits === 0 ? '150' : '150.00'}, not "${text}".`);
  if (minor.length > digits) throw wrongArguments(`--amount ${text}: ${currency} has ${digits === 0 ? 'no' : digits} decimal places.`);
  const amountMinor = Number(major + minor.padEnd(digits, '0'));
  if (amountMinor >= 1 && amountMinor <= AMOUNT_MAX_MINOR) return amountMinor;
  throw wrongArguments(`--amount must be more than nothing and at most ${showAmount(AMOUNT_MAX_MINOR, currency)}.`);
}

/** `150.00 USD`. */
export function showAmount(amountMinor: number, currency: string): string {
  const digits = digitsOf(currency);
  const text = String(Math.abs(amountMinor)).padStart(digits + 1, '0');
  const sign = amountMinor < 0 ? '-' : '';
  const shown = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return `${sign}${shown} ${currency}`;
}
