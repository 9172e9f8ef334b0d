/**
 * Formats times for a terminal: 24 hours, in the time zone of the hospital (HOSPITAL_TIME_ZONE;
 * default: that of this machine). Pure but for the zone. An invalid zone is reported when the
 * configuration is read (local/config.ts).
 */
import { HOSPITAL_TIME_ZONE, isTimeZone, wallClock } from '../../shared/time-zone.js';

function zoneOf(env: NodeJS.ProcessEnv): string {
  const name = env[HOSPITAL_TIME_ZONE.env] ?? '';
  return isTimeZone(name) ? name : (HOSPITAL_TIME_ZONE.default ?? 'UTC');
}

const shown = (at: Date): string => wallClock(zoneOf(process.env), at);

/** `18:12:04`. */
export const timeText = (at: Date): string => shown(at).slice(11, 19);

/** `18:12:04.156`. */
export const preciseTime = (at: Date): string => shown(at).slice(11);

/** `2026-11-21`. */
export const dayText = (at: Date): string => shown(at).slice(0, 10);

/** `2026-11-21 18:12:04`. */
export const dayAndTime = (at: Date): string => `${dayText(at)} ${timeText(at)}`;

/** `36 ms`, `1.2 s`, `3 min`. @param ms null: unknown. */
export function duration(ms: number | null): string {
  if (ms === null) return '-';
  if (ms < 1_000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  return ms < 120_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}
