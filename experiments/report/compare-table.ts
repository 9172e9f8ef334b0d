/**
 * The tables of a comparison: the effect of the same failures on each system, the gain of each
 * step, and the rules that the baselines broke.
 */
import { gainOf, tollOf, type Gain, type Toll } from './facts/comparison.js';
import type { SystemRecord } from '../record/run-record.js';
import type { ExperimentResult, Trial } from '../record/result.js';
import { wilson95 } from '../statistics/statistics.js';
import type { TrafficMode } from '../traffic/traffic-report.js';
import { PUBLISHED_ROW } from './beside-published.js';
import { generatorLines } from './generator-lines.js';
import { formatTable, ms, percent } from './table.js';
import { verdictLines, violationLines } from './verdict-lines.js';

interface Row {
  system: string;
  toll: Toll;
  total: Trial;
}

const interval = (inTime: number, sent: number): string =>
  wilson95(inTime, sent)
    .map((share) => (share * 100).toFixed(2))
    .join('–');

function systemRow({ system, toll, total }: Row): string[] {
  const { p50, p99 } = total.latencyMs;
  const { sent, inTime, late, lost, errors } = toll;
  const counts = [late, lost, errors].map(String);
  return [
    system,
    `${inTime}/${sent}`,
    percent(total.availability),
    interval(inTime, sent),
    ...counts,
    ms(p50),
    ms(p99),
  ];
}

function toPublishedRow(): string[] {
  const { sent, succeeded, share } = PUBLISHED_ROW;
  return [
    'report',
    `${succeeded}/${sent}`,
    percent(share),
    interval(succeeded, sent),
    '–',
    String(sent - succeeded),
    '–',
    '–',
    '–',
  ];
}

const formatSigned = (value: number, digits: number): string =>
  `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(digits)}`;
const chance = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3));

const gainRow = (name: string, { points, requests, test }: Gain): string[] => [
  name,
  formatSigned(points, 3),
  formatSigned(requests, 0),
  chance(test.p),
  test.method,
];

/** The tactics that each step from one system to the next adds. */
const STEPS = ['a monitor, standbys, an elected leader', 'a queue, retries, fenced hand-over'];

function gainRows(rows: readonly Row[]): string[][] {
  const steps = rows
    .slice(1)
    .map(({ toll }, index) => gainRow(STEPS[index] ?? '', gainOf((rows[index] as Row).toll, toll)));
  const [first, last] = [rows[0], rows.at(-1)];
  return first && last ? [...steps, gainRow('all together', gainOf(first.toll, last.toll))] : steps;
}

function findingLines(systems: readonly SystemRecord[]): string[] {
  return systems
    .slice(0, -1)
    .flatMap(({ system, violations }) =>
      violations.length === 0
        ? [`  ${system}: none`]
        : [`  ${system}:`, ...violationLines(violations, '    ')],
    );
}

/** @param systems the journals of `result.systems`, Relevo last. */
export function compareTable(
  result: ExperimentResult,
  systems: readonly SystemRecord[],
  mode: TrafficMode,
): string {
  const rows = systems.map(({ system, evidence }): Row => {
    const { total } = result.systems.find(
      (entry) => entry.system === system,
    ) as ExperimentResult['systems'][number];
    return { system, total, toll: tollOf(evidence, total) };
  });
  const requests = systems.flatMap(({ evidence }) => evidence.requests);
  const failures = rows.map(({ total }) => total.faults.length);
  return [
    formatTable(
      ['system', 'in time', 'available', '95 % Wilson', 'late', 'lost', 'err', 'p50 ms', 'p99'],
      [...rows.map(systemRow), toPublishedRow()],
    ),
    'late: paid, but without a response in time. lost: no payment was made.',
    `Failures of payment servers: ${failures.join(', ')}; in the report 50.`,
    ...generatorLines(requests, mode),
    '',
    formatTable(['gain of', 'points', 'requests', 'p', 'test'], gainRows(rows)),
    '',
    'Findings in the baselines, which do not affect the verdict:',
    ...findingLines(systems),
    '',
    ...verdictLines(result, systems.at(-1)?.missing ?? []),
  ].join('\n');
}
