/** One line of a process' log: JSON of our services, plain text of everybody else. Pure. */

export interface LogLine {
  level?: unknown;
  msg?: unknown;
  term?: unknown;
  err?: { message?: unknown } | null;
}

/** Null when it is not one of our services' lines. */
export function parseLogLine(line: string): LogLine | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** What it says, with the reason of an error, in words. */
export function messageOf({ msg, err }: LogLine): string {
  const message = typeof msg === 'string' ? msg : '';
  return typeof err?.message === 'string' && err.message !== '' ? `${message} (${err.message})` : message;
}

/** The line for people: a service's message with its level, other programs' lines as they are. */
export function plainLine(line: string): string {
  const entry = parseLogLine(line);
  return entry === null ? line : `${String(entry.level)}: ${messageOf(entry)}`;
}
