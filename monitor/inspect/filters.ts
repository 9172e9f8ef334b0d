/**
 * The filters of the payment search. The address of the page, its form, the JSON and the CSV use
 * the same names. A form sends every field. An empty field is no filter.
 */
import { z } from 'zod';
import { id, memberId, term, parseWritten } from '../../shared/contracts/ids.js';
import { paymentStatus } from '../../shared/contracts/payment.js';

/** Maximum number of payments on one page. */
const PAGE_MAX = 500;
/** Default number of payments on a page. */
export const PAGE_DEFAULT = 50;

/** Typed text without control characters. PostgreSQL cannot store NUL. */
const trimmedText = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^\P{Cc}*$/u, 'must not contain control characters');

/**
 * A day or a time, in UTC unless it has a zone. A day means its start. A text that is too long ends
 * the parsing: without `abort`, the checks of the whole query would run on the text.
 */
export const timeFilter = z
  .string()
  .max(40, { abort: true })
  .transform((text, context) => {
    const spelled =
      /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(
        text.trim(),
      );
    const [, day, time = '00:00', zone = 'Z'] = spelled ?? [];
    const at = new Date(`${day}T${time}${zone}`);
    if (spelled && !Number.isNaN(at.getTime())) return at;
    context.addIssue({
      code: 'custom',
      message: 'must be a time such as 2026-11-21T18:00, in UTC unless it names its zone',
    });
    return z.NEVER;
  });

const filterFields = {
  id: id.optional(),
  patientId: id.optional(),
  /** The patient's document, in any spelling. */
  document: trimmedText(64).optional(),
  batchId: id.optional(),
  processedBy: memberId.optional(),
  acceptedBy: memberId.optional(),
  term: parseWritten(term).optional(),
  status: paymentStatus.optional(),
  /** Accepted at this time or later. */
  from: timeFilter.optional(),
  /** Accepted before this time. */
  to: timeFilter.optional(),
};

const pageFields = {
  /** Only payments accepted before the one with this `seq`: the `next` of the page before. */
  before: parseWritten(z.int().min(1)).optional(),
  limit: parseWritten(z.int().min(1).max(PAGE_MAX)).default(PAGE_DEFAULT),
};

const withoutEmpty = (fields: unknown): unknown =>
  typeof fields === 'object' && fields !== null
    ? Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
    : fields;

const strict = <T extends z.ZodRawShape>(shape: T) =>
  z.preprocess(withoutEmpty, z.strictObject(shape));

/** Of the JSON and the CSV. */
export const searchQuery = strict({ ...filterFields, ...pageFields });
/**
 * Of the page: it also has the box that understands words. `typed`: the words whose meaning the
 * filters are, for the box.
 */
export const pageQuery = strict({
  ...filterFields,
  ...pageFields,
  q: trimmedText(200).optional(),
  typed: trimmedText(200).optional(),
});
/** Of the cancellation of pending payments: the filters without the status, which is fixed. */
export const pendingQuery = strict(z.object(filterFields).omit({ status: true }).shape);
/** Of the list of failed payments. `all`: those that were retried or cancelled too. */
export const failedQuery = strict({ ...pageFields, all: z.enum(['yes']).optional() });

export type SearchQuery = z.output<typeof searchQuery>;
export type PendingFilter = z.output<typeof pendingQuery>;
export type PaymentFilter = Omit<SearchQuery, keyof typeof pageFields>;

/**
 * The filter as the parameters of an address, in the order of the form. Omits filters that are not
 * set.
 */
export function toAddress(path: string, filter: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(filter).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  const text = (value: unknown): string =>
    value instanceof Date ? value.toISOString() : String(value);
  const query = new URLSearchParams(
    fields.map(([name, value]): [string, string] => [name, text(value)]),
  );
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}
