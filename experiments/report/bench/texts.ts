/**
 * The bench for a pull request (Markdown) and for a spreadsheet (one line per measurement). Pure.
 */
import { BENCHMARK_KINDS, type BenchmarkKind } from '../../bench/benchmark.js';
import type { BenchFacts } from '../../bench/facts.js';
import { rateRatio, rateOf, type BenchmarkResult, type Summary } from '../../bench/figures.js';
import { isCeiling } from '../../bench/objectives.js';
import { PROCESS_PARTS } from '../../bench/usage.js';
import type { RunRecord } from '../../record/run-record.js';
import type { Objective } from '../../record/result.js';
import { toCsvLine } from '../csv.js';
import { circumstances, escapeMarkdown, markdownTable } from '../summary.js';
import { killsMarkdown } from './kills.js';
import { ofKind, RATE_KINDS, yardstickOf } from './table.js';
import { roundToTenth } from '../../../shared/format.js';
import { formatTenth, formatWhole } from '../table.js';

function kindPart(kind: BenchmarkKind, all: readonly Summary[]): string[] {
  const alike = ofKind(kind, all);
  if (alike.length === 0) return [];
  const yardstick = yardstickOf(kind, all);
  const rows = alike.map((one) => {
    const {
      name,
      rate: { median, min, max },
      cpuMicrosTotal,
    } = one;
    return [
      escapeMarkdown(name),
      formatWhole(median),
      `${formatWhole(min)} – ${formatWhole(max)}`,
      formatTenth(rateRatio(one, yardstick)),
      formatWhole(cpuMicrosTotal),
    ];
  });
  const header = [
    '',
    'payments/s',
    'lowest – highest',
    yardstick ? `× ${escapeMarkdown(yardstick.name)}` : '×',
    'CPU µs per payment',
  ];
  return [`**${escapeMarkdown(BENCHMARK_KINDS[kind])}**`, '', ...markdownTable(header, rows), ''];
}

function objectiveItem(objective: Objective): string {
  const { name, met, actual, target } = objective;
  return `- ${met ? '✅' : '❌'} ${escapeMarkdown(name)}: ${actual} (${isCeiling(objective) ? 'at most' : 'at least'} ${target})`;
}

export function benchMarkdown(
  journal: RunRecord,
  all: readonly Summary[],
  { peers, notes }: BenchFacts,
): string {
  const { name, seed, verdict, objectives, violations } = journal.result;
  const mark = verdict === 'valid' && objectives.every(({ met }) => met) ? '✅' : '❌';
  return [
    `### ${mark} ${escapeMarkdown(name)}, seed ${seed}: ${verdict}`,
    '',
    ...objectives.map(objectiveItem),
    '',
    ...RATE_KINDS.flatMap((kind) => kindPart(kind, all)),
    ...killsMarkdown(all),
    ...violations.flatMap(({ ids }) => ids.map((id) => `- ❌ ${escapeMarkdown(id)}`)),
    ...notes.map((note) => `> ${escapeMarkdown(note)}\n`),
    ...(peers.length > 0 ? ['**Missing features**', ''] : []),
    ...peers.map(({ name: peer, lacks }) => `- ${escapeMarkdown(`${peer}: ${lacks.join('; ')}`)}`),
    '',
    ...circumstances(journal),
  ].join('\n');
}

/** Empty for other kinds. */
const KILL_FIGURES = ['kills', 'lost', 'doubled', 'open'];

export function measurementsCsv(results: readonly BenchmarkResult[]): string {
  const measures = PROCESS_PARTS.flatMap((part) => [`${part}_cpu_ms`, `${part}_peak_mb`]);
  const header = [
    'benchmark',
    'kind',
    'side',
    'round',
    'payments',
    'seconds',
    'payments_per_sec',
    ...measures,
    ...KILL_FIGURES,
  ];
  const lines = results.flatMap(({ name, kind, side, measurements }) =>
    measurements.map((measurement, index) => {
      const { payments, seconds, usage, figures } = measurement;
      const used = PROCESS_PARTS.flatMap((part) => [
        usage[part]?.cpuMs ?? null,
        usage[part] ? roundToTenth(usage[part].peakMb) : null,
      ]);
      return toCsvLine([
        name,
        kind,
        side,
        index + 1,
        payments,
        seconds,
        Math.round(rateOf(measurement) * 10) / 10,
        ...used,
        ...KILL_FIGURES.map((figure) => figures[figure] ?? null),
      ]);
    }),
  );
  return [toCsvLine(header), ...lines].join('');
}
