/** The result as a page of GitHub Markdown, for a pull request or a build's summary. Pure. */
import type { RunRecord } from '../record/run-record.js';
import type { ExperimentResult, Objective, Trial, Violation } from '../record/result.js';
import { percentile } from '../../shared/percentile.js';
import { isPublished, PUBLISHED_ROW } from './beside-published.js';
import { byKind, type HandoverSamples } from './facts/handover-figures.js';
import { count, duration, milliseconds, plain, readableTime } from '../../shared/format.js';
import { percent } from './table.js';

/** Largest number of ids shown per rule. */
const MOST_IDS = 5;

/** Escapes text from a run: it cannot end a table cell, add markup or mention a GitHub user. */
export const escapeMarkdown = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|~!]/g, (character) => `\\${character}`)
    .replaceAll('@', '@\u200B');

/** Formats as code; the fence is longer than any run of backticks in the text. */
export function codeSpan(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const longest = [...line.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 0);
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`;
}

/** Aligns the first column to the left, the others to the right. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(header),
    line(header.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...rows.map(line),
  ];
}

const systemRow = (
  system: string,
  { sent, withinDeadline, availability, wilson95: [low, high], latencyMs }: Trial,
): string[] => [
  escapeMarkdown(system),
  count(sent),
  count(withinDeadline),
  percent(availability),
  `${percent(low)} – ${percent(high)}`,
  ...[latencyMs.p50, latencyMs.p99, latencyMs.max].map(milliseconds),
];

function systemsTable(result: ExperimentResult): string[] {
  const {
    name,
    sent,
    succeeded,
    share,
    interval: [low, high],
  } = PUBLISHED_ROW;
  const published = [
    name,
    count(sent),
    count(succeeded),
    percent(share),
    `${percent(low)} – ${percent(high)}`,
    '–',
    '–',
    '–',
  ];
  const rows = result.systems.map(({ system, total }) => systemRow(system, total));
  const header = [
    'system',
    'sent',
    'in time',
    'availability',
    '95 % interval',
    'p50 ms',
    'p99 ms',
    'max ms',
  ];
  return markdownTable(header, [...(isPublished(result) ? [published] : []), ...rows]);
}

const objectiveLine = ({ name, target, actual, met }: Objective): string =>
  `- ${met ? '✅' : '❌'} ${escapeMarkdown(name)}: ${plain(actual)} (target ${plain(target)})`;

function violationLine({ rule, ids }: Violation): string {
  const more = ids.length > MOST_IDS ? ` and ${count(ids.length - MOST_IDS)} more` : '';
  return `- **${escapeMarkdown(rule)}** (${count(ids.length)}): ${ids.slice(0, MOST_IDS).map(codeSpan).join(', ')}${more}`;
}

const handoverRow = ({ kind, count: number, samples: { totalMs } }: HandoverSamples): string[] => [
  escapeMarkdown(kind),
  count(number),
  ...[0.5, 0.95, 0.99, 1].map((share) => milliseconds(percentile(totalMs, share))),
];

const foldLines = (title: string, lines: readonly string[]): string[] => [
  '<details>',
  `<summary>${title}</summary>`,
  '',
  ...lines,
  '',
  '</details>',
  '',
];

function handoverPart({ systems }: ExperimentResult): string[] {
  return systems.flatMap(({ system, total: { handovers } }) => {
    if (handovers.length === 0) return [];
    const rows = byKind(handovers).map(handoverRow);
    return foldLines(
      `Hand-overs of ${escapeMarkdown(system)}`,
      markdownTable(['fault → first commit, ms', 'n', 'p50', 'p95', 'p99', 'max'], rows),
    );
  });
}

/** Environment and command of the run, folded. */
export function circumstances({ result, machine, command, deadlineMs }: RunRecord): string[] {
  const versions = Object.entries(machine.versions)
    .map(([part, version]) => `${part} ${version}`)
    .join(', ');
  const late =
    deadlineMs === 0 ? '' : `; a request that takes longer than ${duration(deadlineMs)} is late`;
  return foldLines('How it was run', [
    `- ${readableTime(result.startedAt)}, took ${duration(result.durationMs)}${late}`,
    `- commit ${codeSpan(result.commit)}, seed ${result.seed}`,
    `- ${escapeMarkdown(`${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.os}`)}`,
    `- ${escapeMarkdown(versions)}`,
    `- repeat with: ${codeSpan(command)}`,
  ]);
}

/** The parts of a page that differ between experiments: lines, and sentences without markup. */
interface OwnParts {
  before: readonly string[];
  notes: readonly string[];
  after: readonly string[];
}

/** The page of any experiment: heading, objectives, broken rules, environment. */
export function summaryPage(journal: RunRecord, { before, notes, after }: OwnParts): string {
  const { name, seed, verdict, violations, objectives } = journal.result;
  const mark = verdict === 'valid' && objectives.every(({ met }) => met) ? '✅' : '❌';
  return [
    `### ${mark} ${escapeMarkdown(name)}, seed ${seed}: ${verdict}`,
    '',
    ...before,
    ...objectives.map(objectiveLine),
    ...(objectives.length > 0 ? [''] : []),
    ...notes.map((sentence) => `> ${escapeMarkdown(sentence)}\n`),
    ...(violations.length > 0
      ? ['**Rules broken**', '', ...violations.map(violationLine), '']
      : []),
    ...after,
    ...circumstances(journal),
  ].join('\n');
}

export function summaryMarkdown(journal: RunRecord): string {
  const { result, systems, notes = [] } = journal;
  const missing = [...new Set(systems.flatMap((system) => system.missing))];
  return summaryPage(journal, {
    before: [...systemsTable(result), ''],
    notes: [...missing, ...notes],
    after: handoverPart(result),
  });
}
