/** The experiment sessions as a page of GitHub Markdown. Pure. */
import type { RunRecord } from '../record/run-record.js';
import type { SessionsFigures } from '../sessions/figures.js';
import { describeFlows, MATRIX_SHEETS, toHeader, toSheetRows } from './sessions-table.js';
import { escapeMarkdown, markdownTable, summaryPage } from './summary.js';

export function sessionsSummary(journal: RunRecord, figures: SessionsFigures): string {
  const sheets = MATRIX_SHEETS.flatMap((sheet) => [
    `**${escapeMarkdown(sheet.title)}**`,
    '',
    ...markdownTable(
      toHeader(figures),
      toSheetRows(figures, sheet).map((row) => row.map(escapeMarkdown)),
    ),
    '',
  ]);
  return summaryPage(journal, {
    before: [],
    notes: [describeFlows(figures), ...(journal.notes ?? [])],
    after: sheets,
  });
}
