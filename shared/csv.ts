/**
 * Rows as RFC 4180 text for spreadsheets. A text that a spreadsheet would read as a formula gets an
 * apostrophe in front.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export type CsvValue = string | number | boolean | null;

/** Without this mark Excel reads the file in the local encoding instead of UTF-8. */
const BYTE_ORDER_MARK = '\uFEFF';

/** Characters that begin a formula, also in their full-width and small forms. */
const SIGNS = '=+\\-@＝＋－＠﹦﹢﹣﹫\u2212';
/**
 * With a semicolon or tab as separator, a program begins a new cell after one, even inside quotes;
 * so does a line break.
 */
const FORMULA = new RegExp(`(^|[;\\t\\r\\n])(?=[${SIGNS}])`, 'g');

/**
 * The text, escaped where a spreadsheet would begin a formula. A leading tab or carriage return can
 * hide one.
 */
export const withoutFormulas = (text: string): string =>
  text.replace(FORMULA, "$1'").replace(/^(?=[\t\r])/, "'");

/** null becomes an empty cell. */
export function csvCell(value: CsvValue): string {
  const text = value === null ? '' : String(value);
  const safe = typeof value === 'string' ? withoutFormulas(text) : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line, with its CRLF. */
export const csvLine = (cells: readonly CsvValue[]): string =>
  `${cells.map(csvCell).join(',')}\r\n`;

/** The first line of a file: the column names. */
export const csvHead = (columns: readonly string[]): string =>
  `${BYTE_ORDER_MARK}${csvLine(columns)}`;

/** A whole table: the column names, then one line per row. */
export const csvTable = <K extends string>(
  columns: readonly K[],
  rows: readonly Readonly<Record<K, CsvValue>>[],
): string =>
  [csvHead(columns), ...rows.map((row) => csvLine(columns.map((column) => row[column])))].join('');
