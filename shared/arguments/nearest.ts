/**
 * Finds the word that a user probably meant: "Did you mean --monitors?". Pure. Uses the
 * Damerau-Levenshtein distance (one letter omitted, added or changed, or two neighbours swapped),
 * so that each usual typing error costs one.
 */
/** Permitted distance for a word: one per three letters, at least one, at most three. */
const getTolerance = (word: string): number =>
  Math.min(3, Math.max(1, Math.floor(word.length / 3)));

/** Number of typing errors between two words. */
export function countTypingErrors(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1;
      const swapped =
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1];
      current[column] = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + same,
        swapped ? at(row - 2, column - 2) + 1 : Infinity,
      );
    }
  }
  return at(from.length, to.length);
}

/**
 * The nearest candidate, or the first one that starts with `word`; null when every candidate is too
 * different.
 */
export function findNearest(word: string, candidates: readonly string[]): string | null {
  const begun =
    word.length >= 3 ? candidates.find((candidate) => candidate.startsWith(word)) : undefined;
  if (begun !== undefined) return begun;
  const measured = candidates.map((candidate) => ({
    candidate,
    distance: countTypingErrors(word, candidate),
  }));
  const [best] = measured.sort((a, b) => a.distance - b.distance);
  return best && best.distance <= getTolerance(word) ? best.candidate : null;
}
