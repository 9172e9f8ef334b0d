/** Draws the target and the strength of a fault. Pure, apart from the given chance. */
import type { FaultKind, SimulatedFault } from './faults.js';
import type { Chance } from './model/world.js';

/**
 * The kinds of refusal, see PaymentGateway.refuse: most often the gateway answers that it is
 * unavailable.
 */
const REFUSALS = [0, 0, 1, 2];
const ENGINES = ['postgres', 'redis', 'gateway'];

/** The names of all processes of a schedule. */
export interface Cast {
  replicas: readonly string[];
  monitors: readonly string[];
  patients: readonly string[];
}

/** Half of the faults of replicas hit the leader, because the others matter less. */
const replica = (chance: Chance, { replicas }: Cast): string =>
  chance.next() < 0.5 ? 'leader' : chance.pick(replicas);

function anyProcess(chance: Chance, cast: Cast): string {
  const { monitors, patients } = cast;
  const share = chance.next();
  if (share < 0.6) return replica(chance, cast);
  if (share < 0.75) return chance.pick(monitors);
  return share < 0.85 ? chance.pick(patients) : chance.pick(ENGINES);
}

/** Two processes that exchange messages. */
function ends(chance: Chance, cast: Cast): [string, string] {
  const { monitors, patients } = cast;
  const links: (() => [string, string])[] = [
    () => [replica(chance, cast), chance.pick(monitors)],
    () => ['leader', chance.pick(monitors)],
    () => [replica(chance, cast), chance.pick(ENGINES)],
    () => [chance.pick(monitors), 'postgres'],
    () => [chance.pick(patients), chance.pick(['postgres', 'redis'])],
  ];
  const [one, other] = chance.pick(links)();
  return chance.next() < 0.5 ? [one, other] : [other, one];
}

/** The target and strength of a fault. */
export function aimFault(
  kind: FaultKind,
  chance: Chance,
  cast: Cast,
): Pick<SimulatedFault, 'target' | 'other' | 'amount'> {
  switch (kind) {
    case 'kill':
    case 'freeze':
      return { target: anyProcess(chance, cast), other: '', amount: 0 };
    case 'suspend':
      return { target: chance.pick(cast.monitors), other: '', amount: 0 };
    case 'jump':
      return {
        target: chance.pick(cast.monitors),
        other: '',
        amount: (chance.next() < 0.5 ? -1 : 1) * (1_000 + chance.below(2_000)),
      };
    case 'cut':
    case 'cut-one-way': {
      const [target, other] = ends(chance, cast);
      return { target, other, amount: 0 };
    }
    case 'noise':
      return { target: '', other: '', amount: 5 + chance.below(60) };
    case 'slow':
      return {
        target: chance.pick(['postgres', 'redis', 'gateway', 'gateway']),
        other: '',
        amount: 30 + chance.below(chance.next() < 0.5 ? 200 : 900),
      };
    case 'lose-answers':
      return {
        target: chance.pick(['postgres', 'redis', 'gateway', 'gateway']),
        other: '',
        amount: 20 + chance.below(80),
      };
    case 'drain':
    case 'maint':
    case 'jam':
    case 'hang':
      return { target: replica(chance, cast), other: '', amount: 0 };
    case 'hand-over':
      return {
        target: chance.pick(cast.replicas),
        other: chance.pick(cast.monitors),
        amount: chance.below(2),
      };
    case 'late':
    case 'reconfigure':
      return { target: '', other: '', amount: 1 + chance.below(200) };
    case 'refuse':
      return { target: 'gateway', other: '', amount: chance.pick(REFUSALS) };
    case 'refuse-writes':
    case 'wipe':
    case 'restart-empty':
    case 'duplicate':
    case 'stray':
    case 'refuse-row':
    case 'lock-row':
      return {
        target: kind === 'stray' || kind.endsWith('row') ? 'postgres' : 'redis',
        other: '',
        amount: 0,
      };
  }
}
