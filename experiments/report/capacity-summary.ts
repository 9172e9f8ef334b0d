/** The experiment capacity as a page of GitHub Markdown. Pure. */
import type { SystemFigures } from '../capacity/figures.js';
import type { CapacityPlan } from '../capacity/rounds.js';
import { describeSystem } from '../capacity/systems.js';
import type { RunRecord } from '../record/run-record.js';
import { bottleneckLines, capacitySheets, errorLines } from './capacity-sheets.js';
import { escapeMarkdown, markdownTable, summaryPage } from './summary.js';

export function capacitySummary(
  journal: RunRecord,
  figures: readonly SystemFigures[],
  plan: CapacityPlan,
): string {
  const [points = [], ...others] = capacitySheets(figures).map(({ title, header, rows }) => [
    `**${escapeMarkdown(title)}**`,
    '',
    ...markdownTable(
      header,
      rows.map((row) => row.map(escapeMarkdown)),
    ),
    '',
  ]);
  return summaryPage(journal, {
    before: [...points, ...bottleneckLines(figures).map((line) => `- ${escapeMarkdown(line)}`), ''],
    notes: [
      ...figures.map(({ system }) => `${system}: ${describeSystem(system, plan)}.`),
      ...(journal.notes ?? []),
    ],
    after: [
      ...errorLines(figures).map((line) => `- ${escapeMarkdown(line)}`),
      '',
      ...others.flat(),
    ],
  });
}
