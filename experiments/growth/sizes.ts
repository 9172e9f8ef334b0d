/**
 * The sizes that a run measures: parses the list, and calculates the number of drains, so that
 * small sizes are as accurate as large ones. Pure.
 */

/** Largest number of payments in a backlog. */
const PENDING_MAX = 5_000_000;
/**
 * Number of drained payments for an accuracy of a few percent: CPU time is counted in hundredths of
 * a second.
 */
const ENOUGH = 50_000;
/**
 * The largest backlog that is also measured next to finished payments: a larger one shows the
 * effect of the backlog, not of the table.
 */
const BESIDE_MAX = 100_000;
const BESIDE_SIZES = 2;

/** Sizes in ascending order, each once. @returns an error message when the list is invalid. */
export function parseSizes(text: string): number[] | string {
  const isSize = (word: string): boolean => {
    const size = Number(word.trim() || NaN);
    return Number.isInteger(size) && size >= 1 && size <= PENDING_MAX;
  };
  const wrong = text.split(',').find((word) => !isSize(word));
  if (wrong !== undefined)
    return `--pending must be whole numbers from 1 to ${PENDING_MAX}, separated by commas; got "${wrong}"`;
  return [...new Set(text.split(',').map(Number))].sort((a, b) => a - b);
}

/** Number of drains of a backlog: as many as needed for the accuracy, at most `most`. */
export const roundsOf = (pending: number, most: number): number =>
  Math.max(1, Math.min(most, Math.ceil(ENOUGH / pending)));

/** The backlogs measured next to finished payments: the largest ones of moderate size. */
export function besideFinished(sizes: readonly number[]): number[] {
  const moderate = sizes.filter((size) => size <= BESIDE_MAX);
  return moderate.length > 0 ? moderate.slice(-BESIDE_SIZES) : sizes.slice(0, 1);
}
