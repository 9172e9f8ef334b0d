/**
 * The cells of the matrix: engine × affinity × session store × fault, and the choice of some of
 * them on the command line. Pure.
 */
import { BALANCERS, type BalancerName, type Pool } from '../../shared/balancer/pool.js';

export const STORES = ['memory', 'redis'] as const;
export const AFFINITIES = ['none', 'cookie'] as const satisfies readonly Pool['affinity'][];
export const CELL_FAULTS = [
  'kill',
  'freeze',
  'drain',
  'maint',
  'restart',
  'kill-redis',
  'reload',
] as const;

export type SessionStore = (typeof STORES)[number];
export type CellFault = (typeof CELL_FAULTS)[number];

/** The faults in words. */
export const FAULT_TITLES: Readonly<Record<CellFault, string>> = {
  'kill': 'kill',
  'freeze': 'freeze',
  'drain': 'drain',
  'maint': 'maint',
  'restart': 'restart one by one',
  'kill-redis': 'Redis killed',
  'reload': 'balancer reloaded',
};

/** The faults as headings of a narrow table. */
export const FAULT_HEADS: Readonly<Record<CellFault, string>> = {
  'kill': 'kill',
  'freeze': 'freeze',
  'drain': 'drain',
  'maint': 'maint',
  'restart': 'restart',
  'kill-redis': 'Redis',
  'reload': 'reload',
};

/** Cells that share one running balancer. */
export interface MatrixRow {
  engine: BalancerName;
  affinity: Pool['affinity'];
  store: SessionStore;
}

export interface Cell extends MatrixRow {
  fault: CellFault;
}

/** The rows, those of one store together because they share a system, and the columns. */
export interface Matrix {
  rows: readonly MatrixRow[];
  faults: readonly CellFault[];
}

const CHOICES = {
  engines: BALANCERS,
  stores: STORES,
  affinity: AFFINITIES,
  faults: CELL_FAULTS,
} as const;

type Dimension = keyof typeof CHOICES;
type Value<D extends Dimension> = (typeof CHOICES)[D][number];

/** Null: all; with `quick`, few. */
export type MatrixWords = Readonly<Record<Dimension, string | null>> & { quick: boolean };

/** The cells of a quick run, unless others are named. */
const QUICK: Partial<Record<Dimension, string>> = { affinity: 'cookie', faults: 'kill,reload' };

/** The chosen values in the usual order; a message when a word is none of them. */
function readChoice<D extends Dimension>(
  name: D,
  { quick, ...named }: MatrixWords,
): Value<D>[] | { problem: string } {
  const known: readonly Value<D>[] = CHOICES[name];
  const words = named[name] ?? (quick ? QUICK[name] : undefined) ?? known.join(',');
  const chosen = words.split(',').map((word) => word.trim());
  const unknown = chosen.find((word) => !(known as readonly string[]).includes(word));
  if (unknown !== undefined)
    return { problem: `--${name} must be some of ${known.join(', ')}, got "${unknown}"` };
  return known.filter((value) => chosen.includes(value));
}

/** @returns an error message, or null. */
export function checkMatrix(words: MatrixWords): string | null {
  const names = Object.keys(CHOICES) as Dimension[];
  const problems = names.map((name) => readChoice(name, words));
  return problems.flatMap((found) => ('problem' in found ? [found.problem] : []))[0] ?? null;
}

/** @throws RangeError for words that `checkMatrix` refuses. */
function choose<D extends Dimension>(name: D, words: MatrixWords): Value<D>[] {
  const chosen = readChoice(name, words);
  if ('problem' in chosen) throw new RangeError(chosen.problem);
  return chosen;
}

/** @throws RangeError for words that `checkMatrix` refuses. */
export function toMatrix(words: MatrixWords): Matrix {
  const engines = choose('engines', words);
  const affinities = choose('affinity', words);
  const rows = choose('stores', words).flatMap((store) =>
    engines.flatMap((engine) => affinities.map((affinity) => ({ engine, affinity, store }))),
  );
  return { rows, faults: choose('faults', words) };
}

export const nameRow = ({ engine, affinity, store }: MatrixRow): string =>
  `${engine}, ${affinity === 'cookie' ? 'cookie' : 'no affinity'}, ${store}`;

export const nameCell = (cell: Cell): string => `${nameRow(cell)}: ${FAULT_TITLES[cell.fault]}`;
