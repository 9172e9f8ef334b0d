/**
 * Parses and formats amounts: `150.00` USD is 15000 minor units. Works on the digits as text, so
 * nothing is rounded. Pure.
 */
import {
  AMOUNT_MAX_MINOR,
  decimalsOf,
  decimalText,
  isPayable,
  minorUnitsText,
} from '../../shared/money.js';
import { wrongArguments } from '../failure.js';

/** @throws CommandFailure WRONG_ARGUMENTS */
export function readCurrency(text: string): string {
  const currency = text.toUpperCase();
  if (isPayable(currency)) return currency;
  throw wrongArguments(`--currency must be a code of ISO 4217, such as USD or EUR, not "${text}".`);
}

/**
 * Parses an amount to minor units. A point or a comma separates the minor digits. @throws
 * CommandFailure WRONG_ARGUMENTS
 */
export function readAmount(text: string, currency: string): number {
  const digits = decimalsOf(readCurrency(currency)) ?? 0;
  const [, major, minor = ''] = /^(\d{1,15})(?:[.,](\d+))?$/.exec(text.trim()) ?? [];
  if (major === undefined)
    throw wrongArguments(
      `--amount must be a number such as ${decimalText(150 * 10 ** digits, digits)}, not "${text}".`,
    );
  if (minor.length > digits)
    throw wrongArguments(
      `--amount ${text}: ${currency} has ${digits === 0 ? 'no' : digits} decimal places.`,
    );
  const amountMinor = Number(major + minor.padEnd(digits, '0'));
  if (amountMinor >= 1 && amountMinor <= AMOUNT_MAX_MINOR) return amountMinor;
  throw wrongArguments(
    `--amount must be more than 0 and at most ${formatAmount(AMOUNT_MAX_MINOR, currency)}.`,
  );
}

/** `150.00 USD`. */
export function formatAmount(amountMinor: number, currency: string): string {
  const decimals = decimalsOf(currency);
  return decimals === null
    ? minorUnitsText(amountMinor, currency)
    : `${decimalText(amountMinor, decimals)} ${currency}`;
}
