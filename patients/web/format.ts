/**
 * Formats amounts, days and times in the reader's language. Exact: Intl receives amounts as decimal
 * texts, never as fractions.
 */
import { decimalsOf, decimalText } from '../../shared/money.js';
import { html, type Html } from '../../shared/web/html.js';
import { WORDS, type Language } from './language.js';
import { toSpanishItem } from './words/items-es.js';

const LOCALES: Readonly<Record<Language, string>> = { en: 'en-US', es: 'es-CO' };

interface MoneyFormat {
  format: Intl.NumberFormat;
  decimals: number;
}

const moneyFormats = new Map<string, MoneyFormat>();

/**
 * The language decides symbols and grouping. ISO 4217 decides the decimals, because Intl does not
 * know them for all currencies.
 */
function moneyFormat(language: Language, currency: string, decimals: number): MoneyFormat {
  const name = `${language} ${currency}`;
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  const known = moneyFormats.get(name) ?? {
    format: new Intl.NumberFormat(LOCALES[language], { style: 'currency', currency, ...digits }),
    decimals,
  };
  moneyFormats.set(name, known);
  return known;
}

/** @param minor whole minor units, not negative. */
export function money(language: Language, minor: number, currency: string): string {
  const decimals = decimalsOf(currency);
  if (decimals === null) return WORDS[language].bill.minorUnits(String(minor), currency);
  return moneyFormat(language, currency, decimals).format.format(
    decimalText(minor, decimals) as unknown as number,
  );
}

/** Called once per language: the creation is slow, and a bill shows many days. */
const toDayFormat = (language: Language): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'medium', timeZone: 'UTC' });
const DAY_FORMATS: Readonly<Record<Language, Intl.DateTimeFormat>> = {
  en: toDayFormat('en'),
  es: toDayFormat('es'),
};

/** Formats a calendar day without a time zone. @param day `2026-03-14`. */
export const dayText = (language: Language, day: string): string =>
  DAY_FORMATS[language].format(new Date(`${day}T00:00:00Z`));

/** The name of a service, a medicine or a concept; as stored when it has no translation. */
export const itemText = (language: Language, name: string): string =>
  language === 'es' ? (toSpanishItem(name) ?? name) : name;

const MINUTE_SECONDS = 60;

/** A duration in whole seconds: `0:07`, `12:05`. The script of the pages has the same form. */
export const elapsedText = (seconds: number): string =>
  `${Math.floor(seconds / MINUTE_SECONDS)}:${String(seconds % MINUTE_SECONDS).padStart(2, '0')}`;

interface Reader {
  language: Language;
  /** Time zone of the hospital. */
  timeZone: string;
}

const MOMENT = {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'shortOffset',
} as const;
const momentFormats = new Map<string, Intl.DateTimeFormat>();

function momentFormat({ language, timeZone }: Reader): Intl.DateTimeFormat {
  const name = `${language} ${timeZone}`;
  const format =
    momentFormats.get(name) ?? new Intl.DateTimeFormat(LOCALES[language], { ...MOMENT, timeZone });
  momentFormats.set(name, format);
  return format;
}

/**
 * A time in the time zone of the hospital, independent of the reader's machine; the title shows
 * UTC.
 */
export function moment(reader: Reader, at: Date): Html {
  const iso = at.toISOString();
  return html`<time datetime="${iso}" title="${iso}">${momentFormat(reader).format(at)}</time>`;
}

/** `$1.00 and €2.00`; `$1.00, €2.00 and £3.00`. */
export const listText = (language: Language, texts: readonly string[]): string =>
  new Intl.ListFormat(LOCALES[language]).format(texts);

/** @param count a whole number, not negative. */
export const countText = (language: Language, count: number): string =>
  new Intl.NumberFormat(LOCALES[language]).format(count);
