/** Formats one line of a process log for display. Pure but for the time zone. */
import { getMessage, parseLogLine, type LogLine } from '../../shared/logs/log-line.js';
import { formatPreciseTime } from './format-time.js';
import type { Paint } from './paint.js';

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

/** `18:12:04.156 server_1    warn  the message`; the unchanged line of another program. */
export function formatLogLine(process: string, line: string, paint: Paint): string {
  const entry = parseLogLine(line);
  const name = process.padEnd(12);
  if (entry === null) return `${' '.repeat(12)} ${name} ${line}`;
  const level = String(entry.level).padEnd(5);
  const colour = COLOURS[level.trim()];
  return `${formatTimeOf(entry)} ${name} ${colour ? paint(colour, level) : level} ${getMessage(entry)}`;
}
