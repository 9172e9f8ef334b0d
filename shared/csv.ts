/**
 * Rows as RFC 4180 text. A cell that a spreadsheet would take for a formula is prefixed with an apostrophe.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export type CsvValue = string | number | boolean | null;

/** null is an empty cell. Tab and carriage return can start a formula too. */
export function csvCell(value: CsvValue): string {
  const text = value === null ? '' : String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line, with its CRLF. */
export const csvLine = (cells: readonly CsvValue[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/** A whole table: the names of the columns, then a line a row. */
export const csvTable = <K extends string>(columns: readonly K[], rows: readonly Readonly<Record<K, CsvValue>>[]): string =>
  [csvLine(columns), ...rows.map((row) => csvLine(columns.map((column) => row[column])))].join('');
