/** The experiment zookeeper as a page of GitHub Markdown. Pure. */
import type { RunRecord } from '../record/run-record.js';
import type { RowFigures } from '../zookeeper/rows.js';
import type { MeasurementFigures } from '../zookeeper/run-figures.js';
import { escapeMarkdown, markdownTable, summaryPage } from './summary.js';
import {
  COMPARED_HEADER,
  describeMeasured,
  describeMemory,
  FIGURES_HEADER,
  ofBaseline,
  toComparedCells,
  toFigureCells,
} from './zookeeper-table.js';

const figuresTable = (title: string, rows: readonly [string, RowFigures][]): string[] =>
  rows.length === 0
    ? []
    : [
        ...markdownTable(
          [title, ...FIGURES_HEADER],
          rows.map(([name, figures]) => toFigureCells(name, figures).map(escapeMarkdown)),
        ),
        '',
      ];

export function zookeeperSummary(journal: RunRecord, figures: MeasurementFigures): string {
  const { rows } = figures;
  return summaryPage(journal, {
    before: [
      ...markdownTable(
        COMPARED_HEADER,
        rows.map((row) => toComparedCells(row).map(escapeMarkdown)),
      ),
      '',
    ],
    notes: [...(journal.notes ?? []), describeMemory(figures), describeMeasured(figures)],
    after: [
      ...figuresTable(
        'Relevo',
        rows.map(({ title, relevo }) => [title, relevo]),
      ),
      ...figuresTable('as published', ofBaseline(rows)),
    ],
  });
}
