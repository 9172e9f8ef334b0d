/**
 * Seeded randomness: the same seed gives the same run. Each use has its own named stream, so that
 * one more draw in one place changes nothing elsewhere.
 * @see https://prng.di.unimi.it/ for the family; mulberry32 is good enough to choose victims and
 *   times.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** One of `items`. @throws RangeError when the list is empty. */
  pick<T>(items: readonly T[]): T;
}

/** Read once: Jest makes a global slow to read, and every draw and every character needs it. */
const { imul } = Math;

/** FNV-1a, 32 bits: distributes texts over the integers. Not for secrets. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash ^= text.charCodeAt(index);
    hash = imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/** An independent stream for `name`, derived from `seed`. */
export function seededRandom(seed: number, name = ''): Random {
  let state = (seed ^ hash32(name)) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
  };
}

/** A copy of the items in random order. */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  return items.map(() => left.splice(random.below(left.length), 1)[0] as T);
}
