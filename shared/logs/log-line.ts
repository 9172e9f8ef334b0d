/** Parses one line of a process log: JSON of our services, plain text of other programs. Pure. */

/** The levels of our services, from the least to the most important. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogLine {
  level?: unknown;
  msg?: unknown;
  term?: unknown;
  /** ISO 8601. */
  time?: unknown;
  err?: { message?: unknown } | null;
}

/** Null when the line is not from one of our services. */
export function parseLogLine(line: string): LogLine | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** The message of a line, with the reason of its error. */
export function getMessage({ msg, err }: LogLine): string {
  const message = typeof msg === 'string' ? msg : '';
  return typeof err?.message === 'string' && err.message !== ''
    ? `${message} (${err.message})`
    : message;
}

/** The line for display: message and level of a service, the unchanged line of another program. */
export function plainLine(line: string): string {
  const entry = parseLogLine(line);
  return entry === null ? line : `${String(entry.level)}: ${getMessage(entry)}`;
}

/** Time of a line, ms since 1970; null: the line is from another program. */
export function getLogTime(line: string): number | null {
  const time = parseLogLine(line)?.time;
  const at = Date.parse(typeof time === 'string' ? time : '');
  return Number.isNaN(at) ? null : at;
}

/** Null: the line has none of our levels. */
export const getLevel = (entry: LogLine | null): LogLevel | null =>
  LOG_LEVELS.find((name) => name === entry?.level) ?? null;

/** Whether a line has at least this level. A line of another program has no level and counts. */
export function hasLevel(line: string, least: LogLevel): boolean {
  const level = getLevel(parseLogLine(line));
  return level === null || LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
}
