/** The experiment overload as a page of GitHub Markdown. Pure. */
import type { OverloadFigures } from '../overload/figures.js';
import type { RunRecord } from '../record/run-record.js';
import {
  describeOverload,
  LATENCY_HEADER,
  MEMORY_HEADER,
  PHASES_HEADER,
  toLatencyRows,
  toMemoryRows,
  toPhaseRows,
} from './overload-table.js';
import { escapeMarkdown, markdownTable, summaryPage } from './summary.js';

export function overloadSummary(journal: RunRecord, figures: OverloadFigures): string {
  const table = (header: readonly string[], rows: readonly string[][]): string[] => [
    ...markdownTable(
      header,
      rows.map((row) => row.map(escapeMarkdown)),
    ),
    '',
  ];
  return summaryPage(journal, {
    before: table(PHASES_HEADER, toPhaseRows(figures)),
    notes: [...(journal.notes ?? []), ...describeOverload(figures)],
    after: [
      ...table(LATENCY_HEADER, toLatencyRows(figures)),
      ...table(MEMORY_HEADER, toMemoryRows(figures)),
    ],
  });
}
