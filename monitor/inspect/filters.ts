/**
 * What payments can be searched by. The same names stand in the page's address, in its form, and in the JSON and CSV of what it shows.
 * A form sends every field: an empty one counts as not given.
 */
import { z } from 'zod';
import { id, memberId, term, written } from '../../shared/contracts/ids.js';
import { paymentStatus } from '../../shared/contracts/payment.js';

/** Most payments on one page. */
export const PAGE_MAX = 500;
/** On a page that says nothing else. */
export const PAGE_DEFAULT = 50;

/** Text that PostgreSQL can hold and a person has typed: no control characters, NUL among them. */
const typed = (max: number) => z.string().trim().min(1).max(max).regex(/^\P{Cc}*$/u, 'must not hold control characters');

/** A whole day or a moment; without a zone it is UTC. A day means its first moment. */
export const moment = z.string().max(40).transform((text, context) => {
  const spelled = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text.trim());
  const [, day, time = '00:00', zone = 'Z'] = spelled ?? [];
  const at = new Date(`${day}T${time}${zone}`);
  if (spelled && !Number.isNaN(at.getTime())) return at;
  context.addIssue({ code: 'custom', message: 'must be a time such as 2026-11-21T18:00, in UTC unless it names its zone' });
  return z.NEVER;
});

const filterFields = {
  id: id.optional(),
  patientId: id.optional(),
  /** The patient's document, in any spelling. */
  document: typed(64).optional(),
  batchId: id.optional(),
  processedBy: memberId.optional(),
  acceptedBy: memberId.optional(),
  term: written(term).optional(),
  status: paymentStatus.optional(),
  /** Accepted at this moment or later. */
  from: moment.optional(),
  /** Accepted before this moment. */
  to: moment.optional(),
};

const pageFields = {
  /** Only payments accepted before the one with this `seq`: the `next` of the page before. */
  before: written(z.int().min(1)).optional(),
  limit: written(z.int().min(1).max(PAGE_MAX)).default(PAGE_DEFAULT),
};

const withoutEmpty = (fields: unknown): unknown =>
  typeof fields === 'object' && fields !== null ? Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '')) : fields;

const strict = <T extends z.ZodRawShape>(shape: T) => z.preprocess(withoutEmpty, z.strictObject(shape));

/** Of the JSON and the CSV. */
export const searchQuery = strict({ ...filterFields, ...pageFields });
/** Of the page: it also has the box that understands words. */
export const pageQuery = strict({ ...filterFields, ...pageFields, q: typed(200).optional() });
/** Of the list of failed payments. `all`: those that were driven again too. */
export const failedQuery = strict({ ...pageFields, all: z.enum(['yes']).optional() });

export type SearchQuery = z.output<typeof searchQuery>;
export type PaymentFilter = Omit<SearchQuery, keyof typeof pageFields>;

/** The filter as it stands in an address, in the order of the form; what is not given is left out. */
export function addressOf(path: string, filter: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(filter).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = (value: unknown): string => (value instanceof Date ? value.toISOString() : String(value));
  const query = new URLSearchParams(fields.map(([name, value]): [string, string] => [name, text(value)]));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}
