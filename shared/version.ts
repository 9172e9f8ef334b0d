/** Compares versions of programs. Pure. */

/** Whether version `found` is at least `wanted`, compared number by number. */
export function atLeast(found: string, wanted: readonly number[]): boolean {
  const numbers = found
    .replace(/^v/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  for (const [index, least] of wanted.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== least) return number > least;
  }
  return true;
}
