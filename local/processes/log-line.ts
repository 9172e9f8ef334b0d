/** Parses one line of a process log: JSON of our services, plain text of other programs. Pure. */

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
