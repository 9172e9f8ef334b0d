/**
 * Sends the request of a row of the table as one of the callers, and returns the answer; streams
 * are cut off after their head.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { encode, send, type Answered, type Sent } from './sending.js';
import type { Ask, Caller, Row } from './vocabulary.js';
import type { Visitor } from './visitor.js';

const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

const TOKEN_OF: Partial<Record<Caller, string>> = {
  'wrong token': 'guessed',
  'api': 'api',
  'operator': 'operator',
  'internal': 'internal',
};

/** The credentials of a caller. @param proof the CSRF token of the visitor's session. */
function credentials(caller: Caller, visitor: Visitor, proof: string): Record<string, string> {
  const token = TOKEN_OF[caller];
  if (token !== undefined) return { Authorization: `Bearer ${token}` };
  if (caller === 'forged session')
    return { 'Cookie': visitor.forgedCookieHeader, 'X-CSRF-Token': proof };
  if (caller === 'session without proof') return { Cookie: visitor.cookieHeader };
  return caller === 'session' ? { 'Cookie': visitor.cookieHeader, 'X-CSRF-Token': proof } : {};
}

/** `/api/payments/:id` with its values filled in. */
export function pathOf(entrance: string, { path = {}, query = '' }: Ask): string {
  const [, pattern = ''] = entrance.split(' ');
  return pattern.replace(/[:*](\w+)/g, (_whole, name: string) => encode(path[name] ?? 'x')) + query;
}

function requestOf(
  row: Pick<Row, 'entrance'>,
  ask: Ask,
): Sent & { headers: Record<string, string> } {
  const [method = 'GET'] = row.entrance.split(' ');
  const { headers = {} } = ask;
  if (ask.form !== undefined)
    return { method, headers: { ...headers }, body: new URLSearchParams(ask.form) };
  if (ask.body === undefined) return { method, headers: { ...headers } };
  return {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(ask.body),
  };
}

/**
 * Retries 503: on a busy machine, a late monitor briefly doubts itself, and its 503 is no answer to
 * the request.
 */
async function patiently(ask: () => Promise<Answered>): Promise<Answered> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const answered = await ask();
    if (answered.status !== 503 || performance.now() > deadline) return answered;
    await delay(PAUSE_MS);
  }
}

/** @param visitor signed in at the service of `base`. */
export async function asking(
  base: string,
  row: Row,
  ask: Ask,
  caller: Caller,
  visitor: Visitor,
): Promise<Answered> {
  const isVisitor = caller === 'session' || caller === 'forged session';
  const path = pathOf(row.entrance, ask);
  const hidden =
    isVisitor && ask.form !== undefined && ask.proofAt !== undefined
      ? await visitor.form(ask.proofAt, path)
      : [];
  const proof = isVisitor && ask.proofAt !== undefined ? await visitor.proof(ask.proofAt) : '';
  const form = {
    csrf: proof,
    ...Object.fromEntries(hidden.map(({ name, value }) => [name, value ?? ''])),
    ...ask.form,
  };
  const request = requestOf(row, ask.form === undefined ? ask : { ...ask, form });
  const headers = { ...request.headers, ...credentials(caller, visitor, proof) };
  const answered = await patiently(() => send(base + path, { ...request, headers }));
  if (caller === 'session') visitor.keep(answered.headers);
  // A refusal because of the form's content left the page unchanged.
  if (caller === 'session' && ![400, 401, 422].includes(answered.status)) visitor.forget();
  return answered;
}
