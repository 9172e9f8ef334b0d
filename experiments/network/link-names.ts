/**
 * Names of links, and the links of a system. `a-b` is a link both ways; `a>b` is the direction from
 * a to b. The name does not depend on which part opens the connections. Pure.
 */
import { enginePlaces, servicePlaces, type Shape } from '../../local/plan.js';

/** `from` connects to `to`. */
export interface Pair {
  from: string;
  to: string;
}

/** Whether the lab needs a proxy between the two. */
export type PairFilter = (pair: Pair) => boolean;

const BOTH_WAYS = /^([^->]+)-([^->]+)$/;

/**
 * The directions that a target occupies: both for a link both ways, otherwise the target itself.
 */
export function directionsOf(target: string): string[] {
  const [, one, other] = BOTH_WAYS.exec(target) ?? [];
  return one !== undefined && other !== undefined
    ? [`${one}>${other}`, `${other}>${one}`]
    : [target];
}

/** Whether two targets are the same: `a-b` equals `b-a`. */
export const isSameTarget = (one: string, other: string): boolean =>
  one === other ||
  (BOTH_WAYS.test(one) && directionsOf(one).reverse().join() === directionsOf(other).join());

/**
 * Every pair of parts in which the first connects to the second. A database cluster and a Redis
 * group have no links: their clients follow the primary and connect to each server directly.
 */
export function pairsOf(shape: Shape): Pair[] {
  const places = servicePlaces(shape);
  const getNames = (kind: string): string[] =>
    places.filter((place) => place.kind === kind).map(({ name }) => name);
  const storage = [
    ...(shape.record === 'cluster' ? [] : ['postgres']),
    ...(shape.queue === 'group' ? [] : ['redis']),
  ];
  const goals: Partial<Record<string, readonly string[]>> = {
    patients: storage,
    monitor: [...storage, ...getNames('payments'), ...getNames('monitor')],
    payments: [...storage, ...getNames('gateway')],
    device: getMembers(shape),
  };
  return places.flatMap(({ name, kind }) =>
    (goals[kind] ?? []).filter((to) => to !== name).map((to) => ({ from: name, to })),
  );
}

/** Names of the members of the ZooKeeper ensemble; empty: there is none. */
const getMembers = (shape: Shape): string[] =>
  enginePlaces(shape)
    .filter(({ kind, name }) => kind === 'zookeeper' && !name.includes(' '))
    .map(({ name }) => name);

/**
 * Names of the links of these pairs, both ways each. Two parts that connect to each other share one
 * link.
 */
export function linkNames(pairs: readonly Pair[]): string[] {
  const names = new Set<string>();
  for (const { from, to } of pairs) if (!names.has(`${to}-${from}`)) names.add(`${from}-${to}`);
  return [...names];
}
