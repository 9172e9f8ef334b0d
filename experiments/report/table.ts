/** Tables within 80 columns: text aligned to the left, figures to the right. */
import { count } from '../../shared/format.js';

export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const figures = header.map(
    (_title, column) =>
      column > 0 && rows.every((row) => /^[-–+±\d.,% ]*$|^NaN$/.test(row[column] ?? '')),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        figures[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [
    line(header),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...rows.map(line),
  ].join('\n');
}

export const percent = (share: number): string => `${(share * 100).toFixed(3)} %`;
/** `–` for a value that was not measured. */
export const formatWhole = (value = NaN): string =>
  Number.isFinite(value) ? count(Math.round(value)) : '–';
export const formatTenth = (value: number): string =>
  Number.isFinite(value) ? value.toFixed(1) : '–';
export const ms = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
