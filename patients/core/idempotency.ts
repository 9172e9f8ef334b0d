/**
 * Decides how to answer an idempotency key that is already known. The same request gets the first
 * answer again; a different request under the same key is refused. Pure: the caller reads the row
 * under the key.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */

/**
 * Prefixes of the keys that the service makes; a client's key must not have one. The staff's pages
 * make the `bill:` keys.
 */
const BATCH_PREFIX = 'batch:';
const REDRIVE_PREFIX = 'redrive:';
export const BILL_PREFIX = 'bill:';
const RESERVED = [BATCH_PREFIX, REDRIVE_PREFIX, BILL_PREFIX];

const isKey = (text: string): boolean =>
  /^[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?$/.test(text);

/** 1 to 200 printable ASCII characters without a prefix of the service. */
export const isClientKey = (key: string): boolean =>
  isKey(key) && !RESERVED.some((prefix) => key.startsWith(prefix));

/** Whether the staff's pages may have made this key. */
export const isBillKey = (key: string): boolean => isKey(key) && key.startsWith(BILL_PREFIX);

export const batchKey = (batchId: string, index: number): string =>
  `${BATCH_PREFIX}${batchId}:${index}`;

/** A payment of a batch. */
export interface BatchPart {
  batchId: string;
  index: number;
}

const BATCH_KEY = /^batch:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):(\d{1,9})$/;

/** Inverts `batchKey`. @returns null for all other keys. */
export function parseBatchKey(key: string): BatchPart | null {
  const [, batchId, index] = BATCH_KEY.exec(key) ?? [];
  return batchId === undefined ? null : { batchId, index: Number(index) };
}

export const redriveKey = (paymentId: string): string => `${REDRIVE_PREFIX}${paymentId}`;

function addNames(value: unknown, names: Set<string>): void {
  if (value === null || typeof value !== 'object') return;
  if (!Array.isArray(value)) for (const name of Object.keys(value)) names.add(name);
  for (const member of Object.values(value)) addNames(member, names);
}

/**
 * JSON with sorted keys in every object, so that equal values give equal text. Omits `undefined`
 * members. `JSON.stringify` writes the members of every object in the order of a list of names.
 */
export function canonicalJson(value: unknown): string {
  const names = new Set<string>();
  addNames(value, names);
  return JSON.stringify(value, [...names].sort());
}

/** The request of the row under the key. */
export interface StoredRequest {
  id: string;
  fingerprint: string;
  /** Whether the first request waited for the outcome. */
  answerWaited: boolean;
}

/** The request that arrived now. */
export interface PresentedRequest {
  id: string;
  fingerprint: string;
  waits: boolean;
}

/**
 * conflict: the key belongs to another request. acceptance: answer 202 with the payment as
 * accepted, independent of its current state. outcome: answer 201 when the outcome is known within
 * the requested wait (none for a client that does not wait), else 202.
 */
export type KeyVerdict =
  { answer: 'conflict' } | { answer: 'acceptance' | 'outcome'; replayed: boolean };

/**
 * A replay gets the first answer again: a request that did not wait keeps getting 202, unless the
 * replay itself waits. A row with the presented id is not a replay: an earlier attempt of this
 * insert succeeded and its answer was lost.
 */
export function decide(stored: StoredRequest, presented: PresentedRequest): KeyVerdict {
  const replayed = stored.id !== presented.id;
  if (replayed && stored.fingerprint !== presented.fingerprint) return { answer: 'conflict' };
  if (presented.waits || (replayed && stored.answerWaited)) return { answer: 'outcome', replayed };
  return { answer: 'acceptance', replayed };
}
