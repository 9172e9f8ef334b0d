/** Asks a row of the table as one of the callers, and brings back what came, streams cut off after their head. */
import type { Ask, Caller, Row } from './table.js';

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
}

const TOKEN_OF: Partial<Record<Caller, string>> = { 'wrong token': 'guessed', api: 'api', operator: 'operator', internal: 'internal' };

/** The headers by which a caller shows who it is. */
export function credentials(caller: Caller): Record<string, string> {
  const token = TOKEN_OF[caller];
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

/** `/api/payments/:id` with its values. */
export function pathOf(entrance: string, { path = {}, query = '' }: Ask): string {
  const [, pattern = ''] = entrance.split(' ');
  return pattern.replace(/:(\w+)/g, (_whole, name: string) => encodeURIComponent(path[name] ?? 'x')) + query;
}

const isStream = (headers: Headers): boolean => /event-stream|ndjson/.test(headers.get('Content-Type') ?? '');

export async function send(url: string, init: RequestInit = {}): Promise<Answered> {
  const controller = new AbortController();
  const response = await fetch(url, { redirect: 'manual', ...init, signal: AbortSignal.any([controller.signal, AbortSignal.timeout(20_000)]) });
  const stream = isStream(response.headers);
  const text = stream ? '' : await response.text();
  if (stream) controller.abort();
  return { status: response.status, headers: response.headers, text };
}

export function requestOf(row: Row, ask: Ask, headers: Record<string, string>): RequestInit {
  const [method = 'GET'] = row.entrance.split(' ');
  const body = ask.body === undefined ? {} : { body: JSON.stringify(ask.body) };
  const type = ask.body === undefined ? {} : { 'Content-Type': 'application/json' };
  return { method, headers: { ...type, ...ask.headers, ...headers }, ...body };
}

export const asking = (base: string, row: Row, ask: Ask, caller: Caller): Promise<Answered> =>
  send(base + pathOf(row.entrance, ask), requestOf(row, ask, credentials(caller)));
