/** Formats one line of a process log for display. Pure but for the time zone. */
import { getMessage, parseLogLine, type LogLine } from '../../local/processes/log-line.js';
import { formatPreciseTime } from './format-time.js';
import type { Paint } from './paint.js';

/** The levels of our services, from the least to the most important. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const COLOURS: Partial<Record<string, 'red' | 'yellow' | 'dim'>> = {
  trace: 'dim',
  debug: 'dim',
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
};

function formatTimeOf({ time }: LogLine): string {
  const at = new Date(typeof time === 'string' ? time : NaN);
  return Number.isNaN(at.getTime()) ? ' '.repeat(12) : formatPreciseTime(at);
}

/** Time of a line, ms since 1970; null: the line is from another program. */
export function getLogTime(line: string): number | null {
  const time = parseLogLine(line)?.time;
  const at = Date.parse(typeof time === 'string' ? time : '');
  return Number.isNaN(at) ? null : at;
}

/** Whether a line has at least this level. A line of another program has no level and counts. */
export function hasLevel(line: string, least: LogLevel): boolean {
  const entry = parseLogLine(line);
  const level = LOG_LEVELS.findIndex((name) => name === entry?.level);
  return level === -1 || level >= LOG_LEVELS.indexOf(least);
}

/** `18:12:04.156 server_1    warn  the message`; the unchanged line of another program. */
export function formatLogLine(process: string, line: string, paint: Paint): string {
  const entry = parseLogLine(line);
  const name = process.padEnd(12);
  if (entry === null) return `${' '.repeat(12)} ${name} ${line}`;
  const level = String(entry.level).padEnd(5);
  const colour = COLOURS[level.trim()];
  return `${formatTimeOf(entry)} ${name} ${colour ? paint(colour, level) : level} ${getMessage(entry)}`;
}
