/** What every page is made with, and what a page is. */
import type { Html } from '../../shared/web/html.js';
import type { Language } from './language.js';
import type { Words } from './words/en.js';

export interface View {
  language: Language;
  words: Words;
  /** Without what follows `?`; where the language is switched. */
  path: string;
  nonce: string;
  /** Who serves this page. */
  instance: string;
  /** Of the hospital. */
  timeZone: string;
  /** Whether somebody is signed in or a patient is identified. */
  known: boolean;
  /** For every form that changes something; empty on pages without a session. */
  csrf: string;
}

export interface Page {
  title: string;
  content: Html;
  /** Renews itself every so many seconds where there is no script. */
  refreshSeconds?: number;
  /** A narrow page for a form or a message; else as wide as a bill. */
  narrow?: boolean;
}
