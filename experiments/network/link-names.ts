/**
 * What links are called, and which a system has. `a-b` is a link both ways, `a>b` one way: what a sends to b. Pure.
 * Which of the two opens the connections does not matter to the name.
 */
import { servicePlaces, type Shape } from '../../local/plan.js';

/** Who connects to whom. */
export interface Pair {
  from: string;
  to: string;
}

const BOTH_WAYS = /^([^->]+)-([^->]+)$/;

/** What a target occupies: a link both ways is both its directions, everything else is itself. */
export function directionsOf(target: string): string[] {
  const [, one, other] = BOTH_WAYS.exec(target) ?? [];
  return one !== undefined && other !== undefined ? [`${one}>${other}`, `${other}>${one}`] : [target];
}

/** Whether two targets are the same: `a-b` is `b-a`. */
export const isSameTarget = (one: string, other: string): boolean =>
  one === other || (BOTH_WAYS.test(one) && directionsOf(one).reverse().join() === directionsOf(other).join());

/** Every path between two parts on which one connects to the other. */
export function pairsOf(shape: Shape): Pair[] {
  const places = servicePlaces(shape);
  const named = (kind: string): string[] => places.filter((place) => place.kind === kind).map(({ name }) => name);
  const goals: Partial<Record<string, readonly string[]>> = {
    patients: ['postgres', 'redis'],
    monitor: ['postgres', 'redis', ...named('payments'), ...named('monitor')],
    payments: ['postgres', 'redis', ...named('gateway')],
  };
  return places.flatMap(({ name, kind }) => (goals[kind] ?? []).filter((to) => to !== name).map((to) => ({ from: name, to })));
}

/** The links of these pairs, both ways each; two that connect to each other share one. */
export function linkNames(pairs: readonly Pair[]): string[] {
  const names = new Set<string>();
  for (const { from, to } of pairs) if (!names.has(`${to}-${from}`)) names.add(`${from}-${to}`);
  return [...names];
}
