/**
 * Selects the language of the reader: the query (`?lang=es`), else the earlier choice (cookie),
 * else the browser's, else English.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Request } from 'express';
import { en, type Words } from './words/en.js';
import { es } from './words/es.js';

export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

export const WORDS: Readonly<Record<Language, Words>> = { en, es };

/** The name of each language in that language. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', es: 'Español' };

const LANGUAGE_COOKIE = 'relevo.lang';
const YEAR_SECONDS = 31_536_000;
/** Read characters of the languages of a browser. */
const ACCEPTED_LENGTH = 100;

const known = (text: unknown): Language | null =>
  LANGUAGES.find((language) => language === text) ?? null;

/** The raw value of a cookie; null when it is missing. */
function cookieValue(header: string | undefined, name: string): string | null {
  const found = (header ?? '')
    .split(';')
    .map((cookie) => cookie.trim())
    .find((cookie) => cookie.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? null;
}

/** The language of `?lang=`; null when it is missing or not supported. */
export const readAskedLanguage = (request: Request): Language | null =>
  known(request.query['lang']);

export function chooseLanguage(request: Request): Language {
  const chosen =
    readAskedLanguage(request) ?? known(cookieValue(request.get('Cookie'), LANGUAGE_COOKIE));
  return chosen ?? known(request.acceptsLanguages([...LANGUAGES])) ?? 'en';
}

/**
 * The language of a request that the framework has not seen: the cookie, else the first known one
 * of the browser's, without their weights.
 */
export function readLanguage(headers: IncomingHttpHeaders): Language {
  const chosen = known(cookieValue(headers.cookie, LANGUAGE_COOKIE));
  const accepted =
    headers['accept-language']?.slice(0, ACCEPTED_LENGTH).match(/\b[a-z]{2}\b/g) ?? [];
  return chosen ?? accepted.map(known).find((language) => language !== null) ?? 'en';
}

/** Stores the choice for a year. The cookie contains only the language. */
export const languageCookie = (language: Language): string =>
  `${LANGUAGE_COOKIE}=${language}; Path=/; Max-Age=${YEAR_SECONDS}; HttpOnly; SameSite=Lax`;
