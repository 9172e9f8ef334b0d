/** Comma separated values for spreadsheets: one line per trial, one line per request. Pure. */
import { withoutFormulas } from '../../shared/csv.js';
import type { RequestRecord } from '../record/history.js';
import type { ExperimentResult } from '../record/result.js';
import type { Fate } from './facts/fate.js';
import { roundToTenth } from '../../shared/format.js';

type Field = string | number | null;

/**
 * Quotes a field where necessary; changes a text that a spreadsheet would take for a formula. @see
 * RFC 4180; OWASP, "CSV injection".
 */
export function csvField(value: Field): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = withoutFormulas(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const toCsvLine = (fields: readonly Field[]): string =>
  `${fields.map(csvField).join(',')}\n`;

const TRIAL_COLUMNS = [
  'system',
  'trial',
  'sent',
  'succeeded',
  'declined',
  'failed',
  'pending',
  'within_deadline',
  'availability',
  'p50_ms',
  'p95_ms',
  'p99_ms',
  'max_ms',
  'faults',
  'handovers',
];

export function trialsCsv({ systems }: ExperimentResult): string {
  const lines = systems.flatMap(({ system, trials, total }) =>
    [
      ...trials.map((trial, index) => [String(index + 1), trial] as const),
      ['total', total] as const,
    ].map(([name, trial]) => {
      const { p50, p95, p99, max } = trial.latencyMs;
      const counts = [
        trial.sent,
        trial.succeeded,
        trial.declined,
        trial.failed,
        trial.pending,
        trial.withinDeadline,
        trial.availability,
      ];
      return toCsvLine([
        system,
        name,
        ...counts,
        p50,
        p95,
        p99,
        max,
        trial.faults.length,
        trial.handovers.length,
      ]);
    }),
  );
  return [toCsvLine(TRIAL_COLUMNS), ...lines].join('');
}

export const REQUEST_COLUMNS = [
  'system',
  'trial',
  'key',
  'intended_ms',
  'sent_after_ms',
  'latency_ms',
  'http_status',
  'status',
  'fate',
  'error',
  'payment_id',
  'term',
  'instance',
] as const;

/**
 * Line of a request; `intended_ms` is wall clock, ms since 1970, and the other times are relative
 * to it.
 */
export function requestLine(system: string, request: RequestRecord, fate: Fate): string {
  const {
    trial,
    key,
    intendedMs,
    sentMs,
    answeredMs,
    httpStatus,
    status,
    error,
    paymentId,
    term,
    instance,
  } = request;
  const times = [
    roundToTenth(intendedMs),
    roundToTenth(sentMs - intendedMs),
    roundToTenth(answeredMs - intendedMs),
  ];
  return toCsvLine([
    system,
    trial,
    key,
    ...times,
    httpStatus,
    status,
    fate,
    error,
    paymentId,
    term,
    instance,
  ]);
}
