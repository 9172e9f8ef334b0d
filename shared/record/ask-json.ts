/**
 * One request for a JSON document, bounded in time and size. For the HTTP interfaces of the
 * programs below the record, Patroni and etcd, and for calls between services: any other program
 * may answer on their ports.
 */
import { readBoundedText } from '../http/bounded-body.js';

const ANSWER_MAX_BYTES = 262_144;

interface Question {
  timeoutMs: number;
  /** Default: GET. */
  method?: 'GET' | 'POST' | 'PATCH';
  /** A JSON document. */
  body?: unknown;
  /** Name and password. */
  account?: { name: string; password: string };
  /** Bearer token. */
  token?: string;
}

const toHeaders = ({ account, body, token }: Question): Record<string, string> => ({
  ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  ...(account
    ? {
        Authorization: `Basic ${btoa(`${account.name}:${account.password}`)}`,
      }
    : {}),
  ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
});

/** The text of the answer and its status. @throws Error without an answer in time. */
export async function askText(
  url: string,
  question: Question,
): Promise<{ status: number; text: string }> {
  const { timeoutMs, method = 'GET', body } = question;
  const response = await fetch(url, {
    method,
    headers: toHeaders(question),
    signal: AbortSignal.timeout(timeoutMs),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await readBoundedText(response, ANSWER_MAX_BYTES) };
}

/**
 * The document of the answer and its status: Patroni answers 503 with a document for a node that
 * is not healthy. @throws Error without an answer in time, or when the answer is no JSON.
 */
export async function askJson(
  url: string,
  question: Question,
): Promise<{ status: number; document: unknown }> {
  const { status, text } = await askText(url, question);
  return { status, document: JSON.parse(text) as unknown };
}
