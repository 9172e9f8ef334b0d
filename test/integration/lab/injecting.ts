/** Injects a fault and expects that the injector accepts it. */
import { getFault } from '../../../experiments/faults/faults.js';
import type { Injector, InjectedFault } from '../../../experiments/faults/injector.js';
import { seededRandom, type Random } from '../../../shared/random.js';

export interface Stroke {
  durationMs?: number;
  /** The variant that the fault chooses. Default: random. */
  choice?: number;
}

/** @throws Error when the fault is refused. */
export async function injectFault(
  injector: Injector,
  kind: string,
  target: string,
  stroke: Stroke = {},
): Promise<InjectedFault> {
  const { durationMs = Infinity, choice } = stroke;
  const drawn = seededRandom(1, kind);
  const random: Random =
    choice === undefined
      ? drawn
      : { ...drawn, pick: <T>(items: readonly T[]) => items[choice] as T };
  const outcome = await injector.inject(getFault(kind), { target, durationMs, random });
  if (!outcome.injected) throw new Error(`${kind} of ${target} was refused: ${outcome.reason}`);
  return outcome;
}
