/**
 * Formats tables within 80 columns: text left-aligned, numbers right-aligned, and the last column
 * wrapped when it is too long. Pure. Cells may contain colours, which take no width.
 */
import { TEXT_WIDTH, wrap as wrapPlain } from '../../shared/arguments/wrap.js';
import { stripColours } from './paint.js';

export const WIDTH = TEXT_WIDTH;
const GAP = '  ';
const FIGURES = /^[-–\d.,:% ]*(ms|s)?$/;

const getShownLength = (text: string): number => [...stripColours(text)].length;

const pad = (text: string, width: number, right: boolean): string => {
  const room = ' '.repeat(Math.max(0, width - getShownLength(text)));
  return right ? room + text : text + room;
};

/** Wraps a text that may contain colours. */
export const wrap = (text: string, width: number): string[] =>
  wrapPlain(text, width, { measure: getShownLength });

/** @param indent spaces in front of every line. @returns the lines, without line ends. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  indent = '',
): string[] {
  const widths = header.map((title, column) =>
    Math.max(getShownLength(title), ...rows.map((row) => getShownLength(row[column] ?? ''))),
  );
  const last = header.length - 1;
  const before =
    indent.length + widths.slice(0, last).reduce((sum, width) => sum + width + GAP.length, 0);
  widths[last] = Math.max(8, Math.min(widths[last] ?? 0, WIDTH - before));
  const right = header.map(
    (_title, column) =>
      rows.length > 0 && rows.every((row) => FIGURES.test(stripColours(row[column] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    (
      indent +
      cells.map((cell, column) => pad(cell, widths[column] ?? 0, right[column] ?? false)).join(GAP)
    ).trimEnd();
  const lines = (row: readonly string[]): string[] => {
    const text = row[last] ?? '';
    // Never cut a single word: users copy ids as a whole.
    const [first = '', ...more] =
      getShownLength(text) > (widths[last] ?? 0) && text.includes(' ')
        ? wrap(text, widths[last] ?? 8)
        : [text];
    return [line([...row.slice(0, last), first]), ...more.map((text) => ' '.repeat(before) + text)];
  };
  return [line(header), ...rows.flatMap(lines)];
}
