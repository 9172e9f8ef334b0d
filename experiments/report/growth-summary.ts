/** The growth experiment as a page of GitHub Markdown. Pure. */
import type { Growth } from '../growth/growth-run.js';
import type { RunRecord } from '../record/run-record.js';
import { growthSheets } from './growth-table.js';
import {
  circumstances,
  escapeMarkdown,
  markdownTable,
  objectiveLine,
  violationLine,
} from './summary.js';

export function growthSummary(journal: RunRecord, growth: Growth): string {
  const {
    result: { name, seed, verdict, violations, objectives },
    notes = [],
  } = journal;
  const mark = verdict === 'valid' && objectives.every(({ met }) => met) ? '✅' : '❌';
  const sheets = growthSheets(growth).flatMap(({ title, header, rows }) => [
    `**${escapeMarkdown(title)}**`,
    '',
    ...markdownTable(
      header,
      rows.map((row) => row.map(escapeMarkdown)),
    ),
    '',
  ]);
  return [
    `### ${mark} ${escapeMarkdown(name)}, seed ${seed}: ${verdict}`,
    '',
    ...objectives.map(objectiveLine),
    '',
    ...notes.map((sentence) => `> ${escapeMarkdown(sentence)}\n`),
    ...(violations.length > 0
      ? ['**Rules broken**', '', ...violations.map(violationLine), '']
      : []),
    ...sheets,
    ...circumstances(journal),
  ].join('\n');
}
