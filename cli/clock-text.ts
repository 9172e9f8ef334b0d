/** Moments for people at a terminal: in the zone of this machine, in 24 hours. Pure but for that zone. */

const two = (value: number): string => String(value).padStart(2, '0');

/** `18:12:04`. */
export const timeText = (at: Date): string => `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;

/** `18:12:04.156`. */
export const preciseTime = (at: Date): string => `${timeText(at)}.${String(at.getMilliseconds()).padStart(3, '0')}`;

/** `2026-11-21 18:12:04`. */
export const dayAndTime = (at: Date): string => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${timeText(at)}`;

/** `36 ms`, `1.2 s`, `3 min`. @param ms null: not known. */
export function duration(ms: number | null): string {
  if (ms === null) return '-';
  if (ms < 1_000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  return ms < 120_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}
