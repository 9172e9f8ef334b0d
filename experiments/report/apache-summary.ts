/** The experiment apache as a page of GitHub Markdown. Pure. */
import type { ApacheFigures } from '../apache/figures.js';
import { compareWithApacheReport } from '../apache/rows.js';
import type { RunRecord } from '../record/run-record.js';
import { REQUEST_HEADER, REQUEST_TITLE, toRequestCells } from './apache-table.js';
import { ROW_HEADER, toRowCells } from './compared-rows.js';
import { escapeMarkdown, markdownTable, summaryPage } from './summary.js';

export function apacheSummary(journal: RunRecord, figures: ApacheFigures): string {
  const escape = (cells: readonly string[]): string[] => cells.map(escapeMarkdown);
  return summaryPage(journal, {
    before: [
      ...markdownTable(ROW_HEADER, compareWithApacheReport(figures).map(toRowCells).map(escape)),
      '',
    ],
    notes: journal.notes ?? [],
    after: [
      `**${escapeMarkdown(REQUEST_TITLE)}**`,
      '',
      ...markdownTable(REQUEST_HEADER, toRequestCells(figures).map(escape)),
      '',
    ],
  });
}
