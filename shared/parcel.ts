/**
 * What a job of the queue carries, and the check that a job which was read back carries that. Redis is not the record, and others can
 * write to it: a job of another shape must cost nothing but itself.
 */
import { z } from 'zod';
import { TRACES_MAX } from './traceparent.js';

/** Amounts are read from PostgreSQL. */
export interface Parcel {
  ids: string[];
  /** W3C trace context of the request that filled it, when there was one. */
  traceparent?: string;
  /** Those of other requests that filled it, a bounded number. */
  otherTraces?: string[];
  /** Put back by the relay, not sent by patients. */
  relayed?: true;
}

/** The most payments that travel together; more are split. 500: a commit of some 6 ms, which an election has to wait for. */
export const PARCEL_MAX = 500;

/** As the database writes it. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** By hand: the check is made for every payment, and costs a tenth of what the library's own costs. */
const areIds = (ids: unknown): ids is string[] =>
  Array.isArray(ids) && ids.length > 0 && ids.length <= PARCEL_MAX && ids.every((id) => typeof id === 'string' && UUID.test(id));

const trace = z.string().max(200);
const parcelSchema = z.object({
  ids: z.custom<string[]>(areIds),
  traceparent: trace.optional(),
  otherTraces: z.array(trace).max(TRACES_MAX).optional(),
  relayed: z.literal(true).optional(),
});

/** The parcel that a job carries; null: the data cannot be read as one. */
export function readParcel(data: unknown): Parcel | null {
  const { success, data: parcel } = parcelSchema.safeParse(data);
  return success ? (parcel as Parcel) : null;
}

/** Splits ids into parcels of at most `max`, order kept. */
export function parcelsOf(ids: readonly string[], max = PARCEL_MAX): Parcel[] {
  const parcels: Parcel[] = [];
  for (let start = 0; start < ids.length; start += max) parcels.push({ ids: ids.slice(start, start + max) });
  return parcels;
}
