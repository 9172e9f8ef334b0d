/** The alerts of a monitor, as `GET /alerts` answers: the console and the CLI read them. */
import { z } from 'zod';
import { id, memberId, timestamp } from './ids.js';

/** Critical: now. Warning: today. Info: when there is time. In order of urgency. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const;

export const alertRecord = z.object({
  id,
  /** Also its section of docs/runbook.md, in lower case. */
  rule: z.string(),
  severity: z.enum(SEVERITIES),
  /** The process or node that it concerns. Empty: the whole system. */
  subject: z.string(),
  /** The condition as a sentence without a full stop. */
  text: z.string(),
  /** The first action of an operator. */
  action: z.string(),
  /** The monitor that reported it. */
  monitor: memberId,
  firedAt: timestamp,
  /** Null: it fires still. */
  clearedAt: timestamp.nullable(),
  /** Null: no operator has acknowledged it. */
  acknowledgedAt: timestamp.nullable(),
  acknowledgedReason: z.string().nullable(),
});
export type AlertDocument = z.infer<typeof alertRecord>;

/** `isRecorded` false: PostgreSQL does not answer, so the list has only what this monitor sees. */
export const openAlerts = z.object({
  at: timestamp,
  isRecorded: z.boolean(),
  /** The most urgent first. */
  open: z.array(alertRecord),
});
export type OpenAlerts = z.infer<typeof openAlerts>;

export const alertPage = openAlerts.extend({
  /** The alerts that cleared, newest first. */
  history: z.array(alertRecord),
  /** The `cursor` of the next page. Null: there is none. */
  next: z.string().nullable(),
});
export type AlertPage = z.infer<typeof alertPage>;
