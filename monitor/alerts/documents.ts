/** The alerts as documents. Pure. */
import {
  SEVERITIES,
  type AlertDocument,
  type AlertPage,
  type OpenAlerts,
} from '../../shared/contracts/alerts.js';
import { ALERT_RULES } from '../core/alerts/rules.js';
import type { StoredAlert } from './alert-store.js';

/** A rule that a later version removed has no action any more. */
const getAction = (name: string): string =>
  ALERT_RULES.find((rule) => rule.name === name)?.action ?? '';

const toSeverity = (text: string): AlertDocument['severity'] =>
  SEVERITIES.find((severity) => severity === text) ?? 'info';

/** The name of the operator is part of the audit only. */
export function toDocument({ acknowledgedBy: _by, ...stored }: StoredAlert): AlertDocument {
  const { rule, severity, firedAt, clearedAt, acknowledgedAt } = stored;
  return {
    ...stored,
    severity: toSeverity(severity),
    action: getAction(rule),
    firedAt: firedAt.toISOString(),
    clearedAt: clearedAt?.toISOString() ?? null,
    acknowledgedAt: acknowledgedAt?.toISOString() ?? null,
  };
}

export const toOpenAlerts = (
  open: readonly StoredAlert[],
  isRecorded: boolean,
  at: Date,
): OpenAlerts => ({ at: at.toISOString(), isRecorded, open: open.map(toDocument) });

/** @param limit of the history. */
export function toAlertPage(
  now: OpenAlerts,
  history: readonly StoredAlert[],
  limit: number,
): AlertPage {
  const last = history.length >= limit ? history.at(-1) : undefined;
  return {
    ...now,
    history: history.map(toDocument),
    next: last ? String(last.firedAt.getTime()) : null,
  };
}
