/**
 * Parses the text of the search box, word by word, into a filter. Unambiguous words become part of
 * the filter. An id may be of a payment, a batch or a patient, and other words may be a patient's
 * document: only the database can resolve them. Pure.
 */
import { z } from 'zod';
import { memberId } from '../../shared/contracts/ids.js';
import { paymentStatus } from '../../shared/contracts/payment.js';
import type { PaymentFilter } from './filters.js';

/** The valid names for `processedBy` and `acceptedBy`. */
export interface Members {
  replicas: readonly string[];
  patients: readonly string[];
}

export interface Understood {
  filter: PaymentFilter;
  /** The id of a payment, batch or patient, to resolve in the database. */
  id: string | null;
  /** A patient's document, to resolve in the database. */
  document: string | null;
  /** Words without a meaning, and words that set a filter a second time. */
  unclear: string[];
}

const uuid = z.uuid();
/** `term:5`, `status=failed`, `by:server_2`. */
const NAMED: ReadonlyMap<string, keyof PaymentFilter> = new Map([
  ['term', 'term'],
  ['status', 'status'],
  ['by', 'processedBy'],
  ['processedby', 'processedBy'],
  ['acceptedby', 'acceptedBy'],
  ['batch', 'batchId'],
  ['patient', 'patientId'],
]);

/** The value of a named word. Null: it is invalid. */
function parseValue(field: keyof PaymentFilter, text: string): string | number | null {
  if (field === 'term') return /^\d{1,15}$/.test(text) ? Number(text) : null;
  if (field === 'status') return paymentStatus.safeParse(text.toUpperCase()).data ?? null;
  if (field === 'batchId' || field === 'patientId')
    return uuid.safeParse(text).success ? text.toLowerCase() : null;
  return memberId.safeParse(text).data ?? null;
}

type Said = [field: keyof PaymentFilter, value: string | number];

/** Parses an unambiguous word. Null: the word is ambiguous. */
function parseWord(word: string, { replicas, patients }: Members): Said | null {
  const [, name = '', text = ''] = /^([a-z]+)[:=](.+)$/i.exec(word) ?? [];
  const field = NAMED.get(name.toLowerCase());
  if (field !== undefined) {
    const value = parseValue(field, text);
    return value === null ? null : [field, value];
  }
  const status = parseValue('status', word);
  if (status !== null) return ['status', status];
  if (replicas.includes(word)) return ['processedBy', word];
  return patients.includes(word) ? ['acceptedBy', word] : null;
}

/** @param text the text of the search box. */
export function understand(text: string, members: Members): Understood {
  const found: Understood = { filter: {}, id: null, document: null, unclear: [] };
  for (const word of text.split(/\s+/u).filter((each) => each !== '')) {
    const known = parseWord(word, members);
    if (known && found.filter[known[0]] === undefined)
      Object.assign(found.filter, { [known[0]]: known[1] });
    else if (known) found.unclear.push(word);
    else if (found.id === null && uuid.safeParse(word).success) found.id = word.toLowerCase();
    else if (found.document === null && found.id === null && /\d/.test(word)) found.document = word;
    else found.unclear.push(word);
  }
  return found;
}
