/** The table of faults of the storage, within 80 columns. Pure. */
import { TEXT_WIDTH, wrap } from '../../shared/arguments/wrap.js';
import { percentile } from '../../shared/percentile.js';
import type { ExperimentResult } from '../record/result.js';
import { sum } from '../statistics/statistics.js';
import type { FaultFigures } from '../storage/figures.js';
import type { LostPayment } from '../storage/lost-payments.js';
import type { RoundFigures } from '../storage/outage.js';
import { sayLateness, type TrafficReport } from '../traffic/traffic-report.js';
import { lostLines } from './lost-payments.js';
import { formatTable } from './table.js';
import { violationLines } from './verdict-lines.js';

const seconds = (ms: number): string => (ms / 1_000).toFixed(2);

/** One row per fault; with several routes, the routes of each fault one below the other. */
function formatRows(
  header: readonly string[],
  figures: readonly FaultFigures[],
  toCells: (rounds: readonly RoundFigures[]) => readonly string[],
): string {
  const hasRoutes = new Set(figures.map(({ route }) => route)).size > 1;
  const faults = [...new Set(figures.map(({ fault }) => fault))];
  const rows = faults.flatMap((fault) => {
    const own = figures.filter((each) => each.fault === fault);
    const toRow = (title: string, { rounds }: FaultFigures): string[] => [
      title,
      ...toCells(rounds),
    ];
    return hasRoutes
      ? [[fault], ...own.map((each) => toRow(`  ${each.route}`, each))]
      : own.map((each) => toRow(fault, each));
  });
  return formatTable(header, rows);
}

function formatOutages(figures: readonly FaultFigures[]): string {
  const header = ['write outage, s', 'n', 'p50', 'p95', 'max', 'calm max', 'wait max', 'whole p50'];
  return formatRows(header, figures, (rounds) => {
    const at = (valueOf: (round: RoundFigures) => number, share: number): string =>
      seconds(percentile(rounds.map(valueOf), share));
    return [
      String(rounds.length),
      ...[0.5, 0.95, 1].map((share) => at(({ outageMs }) => outageMs, share)),
      at(({ calmOutageMs }) => calmOutageMs, 1),
      at(({ longestWaitMs }) => longestWaitMs, 1),
      at(({ wholeAfterMs }) => wholeAfterMs, 0.5),
    ];
  });
}

/** Requests that failed, of those sent. */
const share = (counts: readonly { sent: number; failed: number }[]): string =>
  `${sum(counts.map(({ failed }) => failed))} of ${sum(counts.map(({ sent }) => sent))}`;

/** The rows that a client wrote without the services; empty: there was no such client. */
function describeDirect(figures: readonly FaultFigures[]): string[] {
  const direct = figures.flatMap(({ rounds }) => rounds.flatMap((round) => round.direct ?? []));
  if (direct.length === 0) return [];
  const lost = share(
    direct.map((written) => ({ sent: written.acknowledged, failed: written.lost.length })),
  );
  return [`A client wrote to the primary without the services: ${lost} acknowledged rows lost.`];
}

function formatPayments(figures: readonly FaultFigures[]): string {
  const header = ['payments', 'acknowledged, lost', 'refused, present', 'doubled', 'old primary'];
  return formatRows(header, figures, (rounds) => {
    const count = (countOf: (round: RoundFigures) => number): string =>
      String(sum(rounds.map(countOf)));
    return [
      count(({ lost }) => lost.length),
      count(({ refusedButPresent }) => refusedButPresent),
      count(({ doubled }) => doubled.length),
      count(({ onOldPrimary }) => onOldPrimary.length),
    ];
  });
}

const formatErrors = (figures: readonly FaultFigures[]): string =>
  formatRows(['errors', 'waiting', 'immediate'], figures, (rounds) => [
    share(rounds.map(({ waiting }) => waiting)),
    share(rounds.map(({ immediate }) => immediate)),
  ]);

/** The facts of a run beside its figures. */
export interface StorageFacts {
  /** The settings of the storage, one sentence. */
  settings: string;
  traffic: TrafficReport;
  lost: readonly LostPayment[];
}

export function storageTable(
  figures: readonly FaultFigures[],
  { verdict, violations, objectives }: ExperimentResult,
  { settings, traffic, lost }: StorageFacts,
): string {
  const measured = figures.filter(({ rounds }) => rounds.length > 0);
  const lateness = sayLateness(traffic);
  return [
    formatOutages(measured),
    '',
    formatPayments(measured),
    '',
    formatErrors(measured),
    '',
    ...lostLines(lost),
    ...wrap(settings, TEXT_WIDTH),
    ...describeDirect(measured).flatMap((line) => wrap(line, TEXT_WIDTH)),
    ...(lateness === null ? [] : wrap(lateness, TEXT_WIDTH)),
    `Verdict: ${verdict}`,
    ...violationLines(violations, '  '),
    ...objectives.map(
      ({ name, target, actual, met }) =>
        `${met ? 'Met' : 'Missed'}: ${name}: ${actual} (target ${target})`,
    ),
  ].join('\n');
}
