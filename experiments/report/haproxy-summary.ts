/** The experiment haproxy as a page of GitHub Markdown. Pure. */
import type { HaproxyFigures } from '../haproxy/figures.js';
import { concludeStrategies } from '../haproxy/conclusion.js';
import { compareWithPublished } from '../haproxy/rows.js';
import type { RunRecord } from '../record/run-record.js';
import { ROW_HEADER, toRowCells } from './compared-rows.js';
import { describeStrategies, STRATEGY_HEADER, toStrategyCells } from './haproxy-table.js';
import { escapeMarkdown, markdownTable, summaryPage } from './summary.js';

export function haproxySummary(journal: RunRecord, figures: HaproxyFigures): string {
  const escape = (cells: readonly string[]): string[] => cells.map(escapeMarkdown);
  return summaryPage(journal, {
    before: [
      ...markdownTable(ROW_HEADER, compareWithPublished(figures).map(toRowCells).map(escape)),
      '',
    ],
    notes: journal.notes ?? [],
    after: [
      `**${escapeMarkdown(describeStrategies(figures))}**`,
      '',
      ...markdownTable(STRATEGY_HEADER, toStrategyCells(figures).map(escape)),
      '',
      ...concludeStrategies(figures).map((sentence) => `${escapeMarkdown(sentence)}\n`),
    ],
  });
}
