/**
 * The content of a queue job, and the check of a job that is read back. Redis is not authoritative,
 * and other programs can write to it: a malformed job must harm nothing but itself.
 */
import { z } from 'zod';
import { TRACES_MAX } from '../observability/traceparent.js';

/** Carries only ids; amounts are read from PostgreSQL. */
export interface Parcel {
  ids: string[];
  /** W3C trace context of the first request in the parcel, when it had one. */
  traceparent?: string;
  /** Trace contexts of further requests in the parcel, a bounded number. */
  otherTraces?: string[];
  /** Set when the relay enqueued the parcel instead of patients. */
  relayed?: true;
}

/**
 * Most payments per parcel; larger sets are split. 500 payments commit in about 6 ms, for which an
 * election has to wait.
 */
export const PARCEL_MAX = 500;

/** The form in which the database writes ids. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Written by hand: it runs for every payment and takes a tenth of the library's time. */
const areIds = (ids: unknown): ids is string[] =>
  Array.isArray(ids) &&
  ids.length > 0 &&
  ids.length <= PARCEL_MAX &&
  ids.every((id) => typeof id === 'string' && UUID.test(id));

const trace = z.string().max(200);
const parcelSchema = z.object({
  ids: z.custom<string[]>(areIds),
  traceparent: trace.optional(),
  otherTraces: z.array(trace).max(TRACES_MAX).optional(),
  relayed: z.literal(true).optional(),
});

/** The parcel in a job; null: the data is not a valid parcel. */
export function readParcel(data: unknown): Parcel | null {
  const { success, data: parcel } = parcelSchema.safeParse(data);
  return success ? (parcel as Parcel) : null;
}

/** Splits ids into parcels of at most `max`; keeps the order. */
export function parcelsOf(ids: readonly string[], max = PARCEL_MAX): Parcel[] {
  const parcels: Parcel[] = [];
  for (let start = 0; start < ids.length; start += max)
    parcels.push({ ids: ids.slice(start, start + max) });
  return parcels;
}
