/** Which language a reader gets: the one asked for (`?lang=es`), else the one chosen before (cookie), else the browser's, else English. */
import type { Request } from 'express';
import { en, type Words } from './words/en.js';
import { es } from './words/es.js';

export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

export const WORDS: Readonly<Record<Language, Words>> = { en, es };

/** Each language in its own words. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', es: 'Español' };

export const LANGUAGE_COOKIE = 'relevo.lang';
const YEAR_SECONDS = 31_536_000;

const known = (text: unknown): Language | null => LANGUAGES.find((language) => language === text) ?? null;

/** The value of a cookie as it was sent; null when there is none. */
export function cookieValue(header: string | undefined, name: string): string | null {
  const found = (header ?? '').split(';').map((cookie) => cookie.trim()).find((cookie) => cookie.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? null;
}

/** What was asked for by `?lang=`; null when nothing was, or a language we do not have. */
export const askedLanguage = (request: Request): Language | null => known(request.query['lang']);

export function languageOf(request: Request): Language {
  const chosen = askedLanguage(request) ?? known(cookieValue(request.get('Cookie'), LANGUAGE_COOKIE));
  return chosen ?? known(request.acceptsLanguages([...LANGUAGES])) ?? 'en';
}

/** Remembers a choice for a year. It says nothing about the reader but the language. */
export const languageCookie = (language: Language): string =>
  `${LANGUAGE_COOKIE}=${language}; Path=/; Max-Age=${YEAR_SECONDS}; HttpOnly; SameSite=Lax`;
