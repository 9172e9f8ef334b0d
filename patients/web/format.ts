/** Money, days and moments as the reader's language writes them. Exact: amounts go to Intl as decimal texts, never as fractions. */
import { decimalText } from '../core/amount.js';
import { html, type Html } from '../../shared/web/html.js';
import type { Language } from './language.js';

const LOCALES: Readonly<Record<Language, string>> = { en: 'en-US', es: 'es-CO' };

/** Decimals of a currency: 2 for USD, 0 for JPY. */
export function currencyDigits(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

const moneyFormats = new Map<string, { format: Intl.NumberFormat; digits: number }>();

function moneyFormat(language: Language, currency: string): { format: Intl.NumberFormat; digits: number } {
  const name = `${language} ${currency}`;
  const digits = currencyDigits(currency);
  const known = moneyFormats.get(name) ?? { format: new Intl.NumberFormat(LOCALES[language], { style: 'currency', currency, minimumFractionDigits: digits }), digits };
  moneyFormats.set(name, known);
  return known;
}

/** @param minor whole minor units, not negative. */
export function money(language: Language, minor: number, currency: string): string {
  const { format, digits } = moneyFormat(language, currency);
  return format.format(decimalText(minor, digits) as unknown as number);
}

const UTC = { timeZone: 'UTC' } as const;
const dayFormat = (language: Language): Intl.DateTimeFormat => new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'medium', ...UTC });
const momentFormat = (language: Language): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'medium', timeStyle: 'short', ...UTC });

/** A calendar day, the same in every zone. @param day `2026-03-14`. */
export const dayText = (language: Language, day: string): string => dayFormat(language).format(new Date(`${day}T00:00:00Z`));

/** A moment: in UTC as it is sent; the page's script writes it again in the reader's zone. */
export function moment(language: Language, at: Date): Html {
  const text = `${momentFormat(language).format(at)} UTC`;
  return html`<time datetime="${at.toISOString()}" title="${text}">${text}</time>`;
}

/** @param count whole, not negative. */
export const countText = (language: Language, count: number): string => new Intl.NumberFormat(LOCALES[language]).format(count);
