/**
 * Formats figures for pages and terminals: counts in groups of three digits, times with a unit,
 * probabilities as p-values.
 */

const GROUPS = new Intl.NumberFormat('en-GB');

export const count = (value: number): string => GROUPS.format(value);

/** `1 payment`, `1,500 payments`. */
export const pluralize = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`;

export const roundToTenth = (value: number): number => Math.round(value * 10) / 10;

/** Without unit; `–` for a value that was not measured. */
export function milliseconds(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 100 ? count(Math.round(value)) : value.toFixed(1);
}

const formatThreeDigits = (value: number): string => String(Number(value.toPrecision(3)));

/** Three digits and a unit: `250 ms`, `1.5 s`, `2 min`, `3 h`. */
export function duration(ms: number): string {
  const size = Math.abs(ms);
  if (size < 1_000) return `${formatThreeDigits(ms)} ms`;
  if (size < 120_000) return `${formatThreeDigits(ms / 1_000)} s`;
  return size < 7_200_000
    ? `${formatThreeDigits(ms / 60_000)} min`
    : `${formatThreeDigits(ms / 3_600_000)} h`;
}

/** `p < 0.001`, `p = 0.034`. */
export const chance = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`);

/** The figure of an objective: a share, a count or ms, according to its name. */
export const plain = (value: number): string =>
  Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(6)));

/** `2026-11-21 11:00:38 UTC`. */
export const readableTime = (iso: string): string =>
  iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
