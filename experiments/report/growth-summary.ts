/** The growth experiment as a page of GitHub Markdown. Pure. */
import type { Growth } from '../growth/growth-run.js';
import type { RunRecord } from '../record/run-record.js';
import { growthSheets } from './growth-table.js';
import { escapeMarkdown, markdownTable, summaryPage } from './summary.js';

export function growthSummary(journal: RunRecord, growth: Growth): string {
  const sheets = growthSheets(growth).flatMap(({ title, header, rows }) => [
    `**${escapeMarkdown(title)}**`,
    '',
    ...markdownTable(
      header,
      rows.map((row) => row.map(escapeMarkdown)),
    ),
    '',
  ]);
  return summaryPage(journal, { before: [], notes: journal.notes ?? [], after: sheets });
}
