/**
 * The bench for a pull request (Markdown) and for a spreadsheet (one line per measurement). Pure.
 */
import { KINDS, type Kind } from '../../bench/benchmark.js';
import type { BenchFacts } from '../../bench/facts.js';
import { ratio, rateOf, type Standing, type Summary } from '../../bench/figures.js';
import { isCeiling } from '../../bench/objectives.js';
import { PARTS } from '../../bench/usage.js';
import type { Journal } from '../../record/run-record.js';
import type { Objective } from '../../record/result.js';
import { csvLine } from '../csv.js';
import { circumstances, escapeMarkdown, markdownTable } from '../summary.js';
import { ofKind, tenth, whole, yardstickOf } from './table.js';

function kindPart(kind: Kind, all: readonly Summary[]): string[] {
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
      whole(median),
      `${whole(min)} – ${whole(max)}`,
      tenth(ratio(one, yardstick)),
      whole(cpuMicrosTotal),
    ];
  });
  const header = [
    '',
    'payments/s',
    'lowest – highest',
    yardstick ? `× ${escapeMarkdown(yardstick.name)}` : '×',
    'CPU µs per payment',
  ];
  return [`**${escapeMarkdown(KINDS[kind])}**`, '', ...markdownTable(header, rows), ''];
}

function objectiveItem(objective: Objective): string {
  const { name, met, actual, target } = objective;
  return `- ${met ? '✅' : '❌'} ${escapeMarkdown(name)}: ${actual} (${isCeiling(objective) ? 'at most' : 'at least'} ${target})`;
}

export function benchMarkdown(
  journal: Journal,
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
    ...(Object.keys(KINDS) as Kind[]).flatMap((kind) => kindPart(kind, all)),
    ...violations.flatMap(({ ids }) => ids.map((id) => `- ❌ ${escapeMarkdown(id)}`)),
    ...notes.map((note) => `> ${escapeMarkdown(note)}\n`),
    '**Missing features**',
    '',
    ...peers.map(({ name: peer, lacks }) => `- ${escapeMarkdown(`${peer}: ${lacks.join('; ')}`)}`),
    '',
    ...circumstances(journal),
  ].join('\n');
}

export function measurementsCsv(standings: readonly Standing[]): string {
  const measures = PARTS.flatMap((part) => [`${part}_cpu_ms`, `${part}_peak_mb`]);
  const header = [
    'contestant',
    'kind',
    'side',
    'round',
    'payments',
    'seconds',
    'payments_per_sec',
    ...measures,
  ];
  const lines = standings.flatMap(({ name, kind, side, measurements }) =>
    measurements.map((measurement, index) => {
      const { payments, seconds, usage } = measurement;
      const used = PARTS.flatMap((part) => [
        usage[part]?.cpuMs ?? null,
        usage[part] ? Math.round(usage[part].peakMb * 10) / 10 : null,
      ]);
      return csvLine([
        name,
        kind,
        side,
        index + 1,
        payments,
        seconds,
        Math.round(rateOf(measurement) * 10) / 10,
        ...used,
      ]);
    }),
  );
  return [csvLine(header), ...lines].join('');
}
