/** The input of every page, and its output. */
import type { Html } from '../../shared/web/html.js';
import type { Language } from './language.js';
import type { Words } from './words/en.js';

export interface View {
  language: Language;
  words: Words;
  /** Path without the query string; the links of the languages use it. */
  path: string;
  nonce: string;
  /** Name of the instance that serves the page. */
  instance: string;
  /** Time zone of the hospital. */
  timeZone: string;
  /** The reason why new payments are stopped; null: they are accepted. */
  stopped: string | null;
  /** Whether staff is signed in or a patient is identified. */
  known: boolean;
  /** Token for every form that changes something; empty on pages without a session. */
  csrf: string;
}

export interface Page {
  title: string;
  content: Html;
  /** Interval of the automatic reload in browsers without scripts. */
  refreshSeconds?: number;
  /** Whether the page is narrow, for a form or a message; otherwise it is as wide as a bill. */
  narrow?: boolean;
}
