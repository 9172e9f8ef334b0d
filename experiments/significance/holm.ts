/** Many tests at once find something by chance. Holm's correction keeps the chance of even one false alarm below the level. Pure. */

/**
 * The p values, each enlarged so that it may be held against the level by itself; in the order given.
 * @see Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics, 1979.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(ps.length).fill(1);
  let most = 0;
  order.forEach(({ p, index }, place) => {
    most = Math.max(most, Math.min(1, p * (ps.length - place)));
    adjusted[index] = most;
  });
  return adjusted;
}
