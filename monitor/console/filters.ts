/**
 * Filters of the lists. A page, its CSV and its JSON have the same parameters, so the address
 * identifies the content.
 */
import { z } from 'zod';
import { memberId, parseWritten } from '../../shared/contracts/ids.js';
import { ADMIN_STATES, ROLES } from '../../shared/contracts/leadership.js';
import { ELECTION_KINDS } from '../core/kinds.js';
import { PAYMENT_ACTIONS } from '../inspect/payment-actions.js';
import { OBSERVED } from '../../shared/contracts/status.js';
import type { AuditFilter, ElectionFilter } from '../cluster/history.js';

/** A form sends every field. An empty field is no filter. */
const field = <T extends z.ZodType>(schema: T) => z.union([z.literal(''), schema]).optional();

const words = z
  .string()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must not contain control characters');
const day = z.iso.date();

const page = {
  limit: parseWritten(z.int().min(1).max(200)).default(50),
  cursor: field(z.string().regex(/^\d{1,15}$/, 'must be the `next` of an earlier page')),
  /** UTC days, both inclusive. */
  from: field(day),
  until: field(day),
  /** Text in the reason, case-insensitive. */
  text: field(words),
};

export const AUDIT_ACTIONS = [
  'handover',
  'schedule',
  'unschedule',
  'state',
  'kill',
  'freeze',
  'redrive',
  ...PAYMENT_ACTIONS,
  'acknowledge',
] as const;

export const electionQuery = z.strictObject({
  ...page,
  replica: field(memberId),
  kind: field(z.enum(ELECTION_KINDS)),
  monitor: field(memberId),
});
export type ElectionQuery = z.output<typeof electionQuery>;

export const auditQuery = z.strictObject({
  ...page,
  actor: field(words),
  action: field(z.enum(AUDIT_ACTIONS)),
  target: field(words),
});
export type AuditQuery = z.output<typeof auditQuery>;

export const replicaQuery = z.strictObject({
  admin: field(z.enum(ADMIN_STATES)),
  observed: field(z.enum(OBSERVED)),
  role: field(z.enum(ROLES)),
});
export type ReplicaQuery = z.output<typeof replicaQuery>;

/** The start of the next day, so that the day itself is included. */
const dayAfter = (iso: string): string => new Date(Date.parse(iso) + 86_400_000).toISOString();

const bounds = ({
  limit,
  cursor,
  from,
  until,
  text,
}: Pick<ElectionQuery, 'limit' | 'cursor' | 'from' | 'until' | 'text'>) => ({
  limit,
  before: cursor ? Number(cursor) : null,
  from: from ? `${from}T00:00:00Z` : null,
  until: until ? dayAfter(until) : null,
  text: text || null,
});

export const electionFilter = (query: ElectionQuery): ElectionFilter => ({
  ...bounds(query),
  replica: query.replica || null,
  kind: query.kind || null,
  monitor: query.monitor || null,
});

export const auditFilter = (query: AuditQuery): AuditFilter => ({
  ...bounds(query),
  actor: query.actor || null,
  action: query.action || null,
  target: query.target || null,
});

/** The filters that are set, as a query string with `?`; empty when there are none. */
export function search(
  query: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, string>> = {},
): string {
  const given = Object.entries({ ...query, ...more }).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  const text = new URLSearchParams(
    given.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return text === '' ? '' : `?${text}`;
}
