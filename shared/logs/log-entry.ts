/**
 * One line of a process log as time, level, message and fields, each of bounded length. A line of
 * another program is a message without the rest. Pure.
 */
import { getLevel, getMessage, parseLogLine, type LogLevel, type LogLine } from './log-line.js';

interface LogField {
  name: string;
  /** Text as it is; other values as JSON. */
  value: string;
}

export interface LogEntry {
  /** ISO 8601; null: the line has no time of ours. */
  time: string | null;
  /** Null: the line has no level of ours. */
  level: LogLevel | null;
  message: string;
  fields: LogField[];
}

export const MESSAGE_MAX = 2_000;
export const FIELDS_MAX = 20;
const VALUE_MAX = 300;
const NAME_MAX = 60;

/** Shown elsewhere, or equal in all lines of one process. */
const NOT_SHOWN = new Set(['time', 'level', 'msg', 'service', 'id', 'pid']);

/** A long text ends with a marker that has the number of missing characters. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  // Half of a surrogate pair is no character.
  const kept = text.slice(0, most).replace(/[\uD800-\uDBFF]$/u, '');
  return `${kept} … (${text.length - kept.length} more characters)`;
}

/** Text as it is; other values as JSON. JSON can be parsed at a depth that it cannot be written. */
function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value);
  } catch {
    return '… (nested too deeply)';
  }
}

function toFields(entry: LogLine): LogField[] {
  const named = Object.entries(entry).filter(([name]) => !NOT_SHOWN.has(name));
  const fields = named.slice(0, FIELDS_MAX).map(([name, value]) => ({
    name: cutText(name, NAME_MAX),
    value: cutText(toText(value), VALUE_MAX),
  }));
  const missing = named.length - fields.length;
  return missing === 0 ? fields : [...fields, { name: '…', value: `${missing} more fields` }];
}

function toIso(time: unknown): string | null {
  const at = new Date(typeof time === 'string' ? time : NaN);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** A JSON line without a message of ours stays as it is. */
export function toLogEntry(line: string): LogEntry {
  const entry = parseLogLine(line);
  if (entry === null || typeof entry.msg !== 'string')
    return { time: null, level: null, message: cutText(line, MESSAGE_MAX), fields: [] };
  return {
    time: toIso(entry.time),
    level: getLevel(entry),
    message: cutText(getMessage(entry), MESSAGE_MAX),
    fields: toFields(entry),
  };
}
