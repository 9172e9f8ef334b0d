/** The experiment load as a page of GitHub Markdown. Pure. */
import type { LevelFigures } from '../load/figures.js';
import type { RunRecord } from '../record/run-record.js';
import {
  describeGenerator,
  ERRORS_HEADER,
  LOAD_HEADER,
  STEPS_HEADER,
  toErrorRows,
  toLoadRows,
  toStepRows,
} from './load-table.js';
import { escapeMarkdown, markdownTable, summaryPage } from './summary.js';

export function loadSummary(journal: RunRecord, levels: readonly LevelFigures[]): string {
  const table = (header: readonly string[], rows: readonly string[][]): string[] =>
    markdownTable(
      header,
      rows.map((row) => row.map(escapeMarkdown)),
    );
  return summaryPage(journal, {
    before: [...table(LOAD_HEADER, toLoadRows(levels)), ''],
    notes: [...(journal.notes ?? []), describeGenerator(levels)],
    after: [
      ...table(ERRORS_HEADER, toErrorRows(levels)),
      '',
      ...table(STEPS_HEADER, toStepRows(levels)),
      '',
    ],
  });
}
