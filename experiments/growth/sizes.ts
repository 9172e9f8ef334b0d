/** The sizes a run measures: read from a list, and how often each is measured so that small ones are as certain as large ones. Pure. */

/** Most payments of one backlog. */
export const PENDING_MAX = 5_000_000;
/** Drained payments that are enough for figures to a few per cent: processor time is counted in hundredths of a second. */
const ENOUGH = 50_000;
/** The largest backlog that is measured once more beside finished payments: more is a matter of the backlog, not of the table. */
const BESIDE_MAX = 100_000;
const BESIDE_SIZES = 2;

/** Ascending, each once. @returns a sentence when it is no such list. */
export function parseSizes(text: string): number[] | string {
  const sizes = text.split(',').map((word) => Number(word.trim() === '' ? NaN : word));
  const wrong = sizes.findIndex((size) => !Number.isInteger(size) || size < 1 || size > PENDING_MAX);
  if (wrong >= 0) return `--pending must be whole numbers from 1 to ${PENDING_MAX} with commas between, got "${text.split(',')[wrong] ?? ''}"`;
  return [...new Set(sizes)].sort((a, b) => a - b);
}

/** How often a backlog is drained: as often as is enough, at most `most` times. */
export const roundsOf = (pending: number, most: number): number => Math.max(1, Math.min(most, Math.ceil(ENOUGH / pending)));

/** The backlogs that are measured beside finished payments: the largest ones of moderate size. */
export function besideFinished(sizes: readonly number[]): number[] {
  const moderate = sizes.filter((size) => size <= BESIDE_MAX);
  return moderate.length > 0 ? moderate.slice(-BESIDE_SIZES) : sizes.slice(0, 1);
}
