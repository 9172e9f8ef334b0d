/** Splits a list into portions, in order. */
export function portionsOf<T>(items: readonly T[], size: number): T[][] {
  const portions: T[][] = [];
  for (let start = 0; start < items.length; start += size)
    portions.push(items.slice(start, start + size));
  return portions;
}
