/**
 * The page that an overloaded instance sends instead of another page. Made once per language and
 * process, because overload is when work is expensive: the page contains nothing of a reader, so
 * its nonce protects nothing.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { pageHeaders } from '../../shared/web/page-headers.js';
import type { PatientsConfig } from '../config.js';
import { readLanguage, WORDS, type Language } from './language.js';
import { layout } from './layout.js';
import { messagePage } from './pages/message.js';

export interface BusyPage {
  headers: Readonly<Record<string, string>>;
  body: string;
}

function renderBusyPage(language: Language, { id, timeZone }: BusyPageConfig): BusyPage {
  const { nonce, headers } = pageHeaders();
  const view = {
    language,
    words: WORDS[language],
    path: '/',
    nonce,
    instance: id,
    timeZone,
    stopped: null,
    known: false,
    csrf: '',
  };
  return {
    headers: {
      ...headers,
      'Content-Language': language,
      'Content-Type': 'text/html; charset=utf-8',
    },
    body: layout(view, messagePage(view, 'busy')).toString(),
  };
}

type BusyPageConfig = Pick<PatientsConfig, 'id' | 'timeZone'>;

/** @returns a function that selects the page by the headers of a request. */
export function createBusyPages(
  config: BusyPageConfig,
): (headers: IncomingHttpHeaders) => BusyPage {
  const made = new Map<Language, BusyPage>();
  return (headers) => {
    const language = readLanguage(headers);
    const known = made.get(language) ?? renderBusyPage(language, config);
    made.set(language, known);
    return known;
  };
}
