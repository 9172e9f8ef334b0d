/**
 * Many simultaneous tests find differences by chance. Holm's correction keeps the probability of
 * even one false alarm below the level. Pure.
 */

/**
 * The corrected p values, each of which can be compared with the level; in the given order.
 * @see Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
 *   Statistics, 1979.
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
