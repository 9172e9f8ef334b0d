/**
 * What a key that was seen before means. The same request again gets the first answer again; another request under the
 * same key is refused. Pure: whether a row is mine, known or another's is read by the caller; here is only the decision.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */

/** Keys the service makes by itself begin like this; a client's may not. Those of `bill:` are made by the staff's pages. */
export const BATCH_PREFIX = 'batch:';
export const REDRIVE_PREFIX = 'redrive:';
export const BILL_PREFIX = 'bill:';
const RESERVED = [BATCH_PREFIX, REDRIVE_PREFIX, BILL_PREFIX];

const isKey = (text: string): boolean => /^[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?$/.test(text);

/** 1 to 200 printable ASCII characters, none of the service's own prefixes. */
export const isClientKey = (key: string): boolean => isKey(key) && !RESERVED.some((prefix) => key.startsWith(prefix));

/** Whether the staff's pages may have made this key. */
export const isBillKey = (key: string): boolean => isKey(key) && key.startsWith(BILL_PREFIX);

export const batchKey = (batchId: string, index: number): string => `${BATCH_PREFIX}${batchId}:${index}`;
export const redriveKey = (paymentId: string): string => `${REDRIVE_PREFIX}${paymentId}`;

/** JSON with the keys of every object in order, so that equal values give equal text. `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}

/** What the row under the key says. */
export interface StoredRequest {
  id: string;
  fingerprint: string;
  /** Whether the first request waited for the outcome. */
  answerWaited: boolean;
}

/** What is asked now. */
export interface PresentedRequest {
  id: string;
  fingerprint: string;
  waits: boolean;
}

/**
 * conflict: the key belongs to another request.
 * acceptance: answer 202 with the payment as it was accepted, whatever has become of it since.
 * outcome: answer 201 when the outcome is known in the time given (none for who does not wait), else 202.
 */
export type Verdict = { answer: 'conflict' } | { answer: 'acceptance' | 'outcome'; replayed: boolean };

/**
 * Replays give the first answer again: who did not wait at first is told "accepted" for ever, unless it waits now.
 * The row with the presented id is no replay: an insert whose answer was lost has found itself.
 */
export function decide(stored: StoredRequest, presented: PresentedRequest): Verdict {
  const replayed = stored.id !== presented.id;
  if (replayed && stored.fingerprint !== presented.fingerprint) return { answer: 'conflict' };
  if (presented.waits || (replayed && stored.answerWaited)) return { answer: 'outcome', replayed };
  return { answer: 'acceptance', replayed };
}
