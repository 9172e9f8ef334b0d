/**
 * One request and its answer; streams are cut off after their head. Through `node:http`, because
 * some files send thousands of requests, and `fetch` needs four times the CPU for each.
 */
import { Agent, request, type IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { keepCookies, keepRequest } from '../../support/exchange-secrets.js';

export interface Answered {
  status: number;
  headers: Headers;
  text: string;
}

/** The options of `fetch` that these tests need. */
export interface Sent {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | URLSearchParams;
}

const DEADLINE_MS = 20_000;
const agent = new Agent({ keepAlive: true });

/**
 * Encodes for an address. Half a surrogate pair is not allowed there and becomes the replacement
 * character, as in a browser.
 */
export const encode = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));

const isStream = (headers: Headers): boolean =>
  /event-stream|ndjson/.test(headers.get('Content-Type') ?? '');

/** As a browser writes them: names in any case are one header, and a body has a type. */
function toHeaders(headers: Headers, body: Sent['body']): Record<string, string> {
  const type =
    body instanceof URLSearchParams
      ? 'application/x-www-form-urlencoded;charset=UTF-8'
      : 'text/plain;charset=UTF-8';
  const usual = { accept: '*/*', ...(body === undefined ? {} : { 'content-type': type }) };
  return { ...usual, ...Object.fromEntries(headers) };
}

function readHeaders({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return headers;
}

/** @returns the head of the answer; its body is not read yet. */
function open(url: string, sent: Sent, given: Headers): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', body } = sent;
    const headers = toHeaders(given, body);
    const going = request(url, { method, agent, headers, timeout: DEADLINE_MS });
    going.once('response', resolve).on('error', reject);
    going.once('timeout', () => going.destroy(new Error(`no answer within ${DEADLINE_MS} ms`)));
    going.end(body === undefined ? undefined : String(body));
  });
}

export async function send(url: string, sent: Sent = {}): Promise<Answered> {
  const given = new Headers(sent.headers);
  keepRequest(given, sent.body);
  const answer = await open(url, sent, given);
  const headers = readHeaders(answer);
  keepCookies(headers);
  const stream = isStream(headers);
  const text = stream ? '' : await readText(answer);
  if (stream) answer.destroy();
  return { status: answer.statusCode ?? 0, headers, text };
}
