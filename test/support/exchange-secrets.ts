/** Keeps the secrets in requests and answers for the search of all logs at the end of the run. */
import { keepSecret } from './log-evidence.js';

/** `NAME=VALUE; Path=/`: keeps the value as sent, and the parts of a signed value. */
function keepCookie(cookie: string): void {
  const [, value = ''] = /^[^=]*=([^;]*)/.exec(cookie) ?? [];
  for (const part of [value, ...decodeURIComponent(value).split(/[.:]/)].filter(
    ({ length }) => length >= 16,
  ))
    keepSecret('cookie of a session', part);
}

/**
 * Matches the form of our tokens. A hostile text in a token field may be logged elsewhere, for
 * example as the reason of a hand-over.
 */
const isRandom = (text: string): boolean =>
  /^[\w-]{20,}$/.test(text) && [/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(text));

/** The forms of our patients' facts; a hostile text is not a fact about a patient. */
const PERSONAL: Readonly<Record<string, RegExp>> = {
  document: /^[1-9]\d{2}([. -]?)\d{3}\1\d{3}$/,
  authorizationCode: /^AUT-[\d-]{6,}$/,
};

/** Keeps the CSRF token and the facts about a patient that a request sends. */
export function keepRequest(headers: RequestInit['headers'], body: RequestInit['body']): void {
  const read = headers instanceof Headers ? headers : new Headers(headers);
  const proof = read.get('x-csrf-token') ?? '';
  const form = body instanceof URLSearchParams ? body : new URLSearchParams();
  for (const token of [proof, form.get('csrf') ?? ''])
    if (isRandom(token)) keepSecret('CSRF token', token);
  for (const [name, pattern] of Object.entries(PERSONAL)) {
    const value = form.get(name) ?? '';
    if (pattern.test(value)) keepSecret(`${name} of a patient`, value, true);
  }
}

/** Keeps every cookie that an answer sets. */
export const keepCookies = (headers: Headers): void => headers.getSetCookie().forEach(keepCookie);
