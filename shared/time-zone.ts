/**
 * Days and times in the hospital's time zone. The database holds times in UTC; the day of a charge,
 * and every time that people read, is that of the hospital. Pure, except for `machineTimeZone` and
 * a cache of the last offset.
 */
import type { Option } from './config.js';

/**
 * A name of the IANA database, such as America/Bogota. Offsets such as +05:00 are invalid: they
 * have no daylight saving time.
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}

/** The zone of this machine; UTC when it has no known zone. */
export function machineTimeZone(): string {
  const name = new Intl.DateTimeFormat('en').resolvedOptions().timeZone;
  return typeof name === 'string' && isTimeZone(name) ? name : 'UTC';
}

/** The option of every program that displays or computes days. */
export const HOSPITAL_TIME_ZONE: Option<string> = {
  env: 'HOSPITAL_TIME_ZONE',
  doc: 'Time zone of the hospital, a name of the IANA database; decides the day of a charge. Default: the zone of the machine.',
  default: machineTimeZone(),
  parse: (text) => {
    if (!isTimeZone(text))
      throw new Error(
        `must be a time zone of the IANA database, such as America/Bogota or UTC, got "${text}"`,
      );
    return text;
  },
};

/** Offsets change only at full quarters of an hour. */
const QUARTER_MS = 900_000;

interface Zone {
  format: Intl.DateTimeFormat;
  /** The quarter of an hour of the cached offset, counted from 1970. */
  quarter: number;
  offsetMs: number;
}

const zones = new Map<string, Zone>();

const newZone = (name: string): Zone => ({
  format: new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }),
  quarter: NaN,
  offsetMs: 0,
});

/** The local time of a zone, as if it were UTC. */
function wallMs({ format }: Zone, ms: number): number {
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
}

/**
 * Offset of a zone from UTC, in ms. Times close together, such as the rows of a list, use the
 * cached offset.
 */
function offsetMs(name: string, ms: number): number {
  const zone = zones.get(name) ?? newZone(name);
  zones.set(name, zone);
  const quarter = Math.floor(ms / QUARTER_MS);
  if (quarter !== zone.quarter) {
    zone.offsetMs = wallMs(zone, quarter * QUARTER_MS) - quarter * QUARTER_MS;
    zone.quarter = quarter;
  }
  return zone.offsetMs;
}

/** `2026-11-21T18:12:04.156`: local date and time in a zone. */
export function wallClock(zone: string, at: Date): string {
  const ms = at.getTime();
  return new Date(ms + offsetMs(zone, ms)).toISOString().slice(0, -1);
}

/** `2026-11-21`: the calendar day of a time in a zone. */
export const dayIn = (zone: string, at: Date): string => wallClock(zone, at).slice(0, 10);

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-21T18:12:04.156-05:00`: ISO 8601 in the local time of a zone, with its offset. */
export function momentIn(zone: string, at: Date): string {
  const minutes = Math.round(offsetMs(zone, at.getTime()) / 60_000);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${wallClock(zone, at)}${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
}
