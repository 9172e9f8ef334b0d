/**
 * Formats times for a terminal: 24 hours, in the time zone of the hospital (HOSPITAL_TIME_ZONE;
 * default: that of this machine). Pure but for the zone. An invalid zone is reported when the
 * configuration is read (local/config.ts).
 */
import { HOSPITAL_TIME_ZONE, isTimeZone, wallClock } from '../../shared/time-zone.js';

function getZone(env: NodeJS.ProcessEnv): string {
  const name = env[HOSPITAL_TIME_ZONE.env] ?? '';
  return isTimeZone(name) ? name : (HOSPITAL_TIME_ZONE.default ?? 'UTC');
}

const formatWallClock = (at: Date): string => wallClock(getZone(process.env), at);

/** `18:12:04`. */
export const formatTime = (at: Date): string => formatWallClock(at).slice(11, 19);

/** `18:12:04.156`. */
export const formatPreciseTime = (at: Date): string => formatWallClock(at).slice(11);

/** `2026-11-21`. */
export const formatDay = (at: Date): string => formatWallClock(at).slice(0, 10);

/** `2026-11-21 18:12:04`. */
export const formatDayAndTime = (at: Date): string => `${formatDay(at)} ${formatTime(at)}`;

/** `36 ms`, `1.2 s`, `3 min`. @param ms null or NaN: unknown. */
export function formatDuration(ms: number | null): string {
  if (ms === null || Number.isNaN(ms)) return '-';
  if (ms < 1_000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  return ms < 120_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}
