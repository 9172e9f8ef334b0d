/**
 * The tables of the bench, 80 columns: one table of rates per kind, CPU time, latencies, ratios,
 * and the features that each peer lacks.
 */
import {
  BENCHMARK_KINDS,
  toStandbyName,
  type BenchmarkKind,
  type Side,
} from '../../bench/benchmark.js';
import { rateRatio, type Spread, type Summary } from '../../bench/figures.js';
import { isCeiling, NAIVE } from '../../bench/objectives.js';
import { PROCESS_PARTS, type ProcessPart } from '../../bench/usage.js';
import type { ExperimentResult, Objective } from '../../record/result.js';
import { killsTable } from './kills.js';
import { TEXT_WIDTH, wrap } from '../../../shared/arguments/wrap.js';
import { formatTable, formatTenth, formatWhole } from '../table.js';

/** The kinds that are compared by their rates. */
export const RATE_KINDS = (Object.keys(BENCHMARK_KINDS) as BenchmarkKind[]).filter(
  (kind) => kind !== 'kills',
);

const range = ({ min, max }: Spread): string => `${formatWhole(min)}–${formatWhole(max)}`;

/**
 * The reference of a kind's ratios: the naive worker with the same work; without one, the first
 * limit; without one, the same benchmark without standbys.
 */
export function yardstickOf(kind: BenchmarkKind, all: readonly Summary[]): Summary | undefined {
  const alike = all.filter((one) => one.kind === kind);
  return (
    alike.find(({ name }) => name.startsWith(NAIVE)) ??
    alike.find(({ side }) => side === 'limit') ??
    alike.find((one) => alike.some(({ name }) => name === toStandbyName(one)))
  );
}

/** Fastest first. */
export const ofKind = (kind: BenchmarkKind, all: readonly Summary[]): Summary[] =>
  all.filter((one) => one.kind === kind).sort((a, b) => b.rate.median - a.rate.median);

const AGAINST: Readonly<Record<Side, string>> = {
  relevo: '× single',
  naive: '× naive',
  tuned: '× tuned',
  limit: '× limit',
};

function rateTable(kind: BenchmarkKind, all: readonly Summary[]): string[] {
  const yardstick = yardstickOf(kind, all);
  const rows = ofKind(kind, all).map((one) => {
    const times = one === yardstick ? '1' : formatTenth(rateRatio(one, yardstick));
    return [
      one.name,
      formatWhole(one.rate.median),
      range(one.rate),
      times,
      formatWhole(one.cpuMicrosTotal),
      formatWhole(one.peakMb.worker ?? NaN),
    ];
  });
  if (rows.length === 0) return [];
  const against = AGAINST[yardstick?.side ?? 'naive'];
  return [
    '',
    BENCHMARK_KINDS[kind],
    formatTable(['', 'payments/s', 'min–max', against, 'CPU µs', 'MB'], rows),
  ];
}

const SHORT: Readonly<Record<ProcessPart, string>> = {
  worker: 'worker',
  front: 'front',
  postgres: 'postgres',
  redis: 'redis',
  standbys: 'standbys',
  others: 'others',
  generator: 'load',
};

function cpuTable(all: readonly Summary[]): string[] {
  const parts = PROCESS_PARTS.filter((part) =>
    all.some(({ cpuMicros }) => cpuMicros[part] !== undefined),
  );
  const rows = RATE_KINDS.flatMap((kind) => ofKind(kind, all)).map(
    ({ name, cpuMicros, cpuMicrosTotal }) => [
      name,
      ...parts.map((part) => formatWhole(cpuMicros[part] ?? NaN)),
      formatWhole(cpuMicrosTotal),
    ],
  );
  if (rows.length === 0) return [];
  return [
    '',
    'CPU time, µs per payment (all: without the load generator)',
    formatTable(['', ...parts.map((part) => SHORT[part]), 'all'], rows),
  ];
}

function latencyTable(all: readonly Summary[]): string[] {
  const rows = all.flatMap(({ name, latencies }) =>
    Object.entries(latencies).map(([what, { p50, p95, p99 }]) => [
      name,
      what,
      formatTenth(p50.median),
      formatTenth(p95.median),
      formatTenth(p99.median),
      `${formatTenth(p99.min)}–${formatTenth(p99.max)}`,
    ]),
  );
  return rows.length === 0
    ? []
    : ['', 'Latency, ms', formatTable(['', 'of', 'p50', 'p95', 'p99', 'p99 of rounds'], rows)];
}

const benchObjectiveLine = (objective: Objective): string =>
  `${objective.met ? 'Met' : 'Missed'}: ${objective.name}: ${objective.actual} (${isCeiling(objective) ? 'at most' : 'at least'} ${objective.target})`;

const wrapLine = (text: string, indent = '  '): string[] =>
  wrap(text, TEXT_WIDTH, { indent, verbatim: true });

export interface BenchTexts {
  /** With the features that each peer lacks. */
  peers: readonly { name: string; recovery: string; lacks: readonly string[] }[];
  notes: readonly string[];
}

export function benchTable(
  { objectives, verdict, violations }: ExperimentResult,
  all: readonly Summary[],
  { peers, notes }: BenchTexts,
): string {
  return [
    ...RATE_KINDS.flatMap((kind) => rateTable(kind, all)),
    ...killsTable(all),
    ...latencyTable(all),
    ...cpuTable(all),
    ...(all.some(({ kind }) => kind === 'kills')
      ? [
          '',
          'After a kill',
          ...peers.flatMap(({ name, recovery }) => wrapLine(`${name}: ${recovery}`)),
        ]
      : []),
    ...(peers.length > 0 ? ['', 'Missing features'] : []),
    ...peers.flatMap(({ name, lacks }) => wrapLine(`${name}: ${lacks.join('; ')}`)),
    '',
    ...notes.flatMap((note) => wrapLine(note)),
    `Verdict: ${verdict}`,
    ...violations.flatMap(({ ids }) => ids.flatMap((id) => wrapLine(`  ${id}`, '    '))),
    ...objectives.flatMap((objective) => wrapLine(benchObjectiveLine(objective))),
  ]
    .slice(1)
    .join('\n');
}
