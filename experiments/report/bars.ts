/**
 * A histogram for a terminal: one row per size, with bars. Sizes grow by a quarter (preferred
 * numbers, ISO 3, series R10), because twice the duration of a hand-over is as significant at 20 ms
 * as at 500 ms. Pure.
 */
const R10 = [1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8] as const;

/** The largest preferred number that is not above `value`; 0 for values below a tenth. */
export function sizeBelow(value: number): number {
  if (value < 0.1) return 0;
  const decade = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const step = R10.findLast((candidate) => candidate * decade <= value * (1 + 1e-9)) ?? 1;
  return Number((step * decade).toPrecision(3));
}

function sizeAbove(size: number): number {
  return size === 0 ? 0.1 : sizeBelow(size * 1.3);
}

/**
 * Rows of at most `width` columns, from the smallest size that occurs to the largest; empty without
 * samples.
 */
export function bars(samples: readonly number[], width = 80): string[] {
  const counts = new Map<number, number>();
  for (const sample of samples)
    counts.set(sizeBelow(sample), (counts.get(sizeBelow(sample)) ?? 0) + 1);
  const sizes = [...counts.keys()].sort((a, b) => a - b); // A few dozen at most.
  const most = Math.max(...counts.values());
  const rows: string[] = [];
  for (let size = sizes[0] ?? Infinity; size <= (sizes.at(-1) ?? 0); size = sizeAbove(size)) {
    const count = counts.get(size) ?? 0;
    const label = `${String(size).padStart(8)} –${String(sizeAbove(size)).padStart(6)}  ${String(count).padStart(6)}  `;
    rows.push(
      `${label}${'█'.repeat(count === 0 ? 0 : Math.max(1, Math.round((count / most) * (width - label.length))))}`.trimEnd(),
    );
  }
  return rows;
}
