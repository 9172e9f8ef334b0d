/**
 * The schedule of one seed: a system, its payments with their times, and its faults. Plain data;
 * the same seed gives the same schedule.
 */
import { Chance } from './model/world.js';
import type { SimulatedFault, FaultKind } from './faults.js';
import { drawStorm, STORM_SHARE } from './storms.js';

export interface PaymentPlan {
  readonly atMs: number;
  readonly key: string;
  readonly patientId: string;
  /** The instance of patients that gets the first request. */
  readonly instance: number;
  /** Sent to two instances at the same time, with one key. */
  readonly twice: boolean;
}

export interface SimulatedSchedule {
  readonly seed: number;
  /** Seed of delays, drops and all other randomness during the run. */
  readonly luck: number;
  readonly replicas: number;
  readonly monitors: number;
  readonly patients: number;
  /** In per cent. */
  readonly declined: number;
  /** By this time, in ms, all faults are healed and all payments sent. */
  readonly horizonMs: number;
  readonly payments: readonly PaymentPlan[];
  readonly faults: readonly SimulatedFault[];
  /** All monitors die at the end, and payments must continue. */
  readonly monitorsEnd: boolean;
  /** Everything is slow, and only kills break anything: the rule `calm` counts the hand-overs. */
  readonly isStorm?: boolean;
}

/**
 * The kinds of refusal, see PaymentGateway.refuse: most often the gateway answers that it is
 * unavailable.
 */
const REFUSALS = [0, 0, 1, 2];
const ENGINES = ['postgres', 'redis', 'gateway'];
/** Share of the schedules that have a stream. */
const STREAM_SHARE = 0.06;
/** The first election takes place before. */
const QUIET_MS = 150;

/** How often each kind is drawn, relative to the others. */
const WEIGHTS: readonly (readonly [FaultKind, number])[] = [
  ['kill', 10],
  ['freeze', 9],
  ['suspend', 2],
  ['jump', 1],
  ['cut', 5],
  ['cut-one-way', 5],
  ['noise', 5],
  ['slow', 6],
  ['lose-answers', 6],
  ['refuse', 2],
  ['wipe', 4],
  ['restart-empty', 3],
  ['duplicate', 3],
  ['drain', 2],
  ['maint', 2],
  ['hand-over', 5],
  ['stray', 2],
];
/**
 * Share of the schedules with one of these additional faults, with their frequencies: after them a
 * leader may make no progress.
 */
const STALL_SHARE = 0.12;
const STALLS: readonly FaultKind[] = ['refuse-writes', 'refuse-writes', 'jam', 'hang'];
/** Share of the schedules in which one row cannot be written for a while, and the reasons. */
const ROW_SHARE = 0.1;
const ROWS: readonly FaultKind[] = ['refuse-row', 'lock-row'];
const KINDS: readonly FaultKind[] = WEIGHTS.flatMap(([kind, weight]) =>
  Array.from({ length: weight }, () => kind),
);

const names = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}_${index + 1}`);

interface Cast {
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
function aim(
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

const MOMENTS: ReadonlySet<FaultKind> = new Set([
  'jump',
  'wipe',
  'duplicate',
  'hand-over',
  'jam',
  'hang',
]);
/**
 * Share of these faults that last until the end, so that the system must work without the queue.
 */
const LASTS_SHARE = 0.5;

/**
 * Most faults begin during activity: soon after a payment, or during another fault. At other times
 * they find nothing.
 */
function drawMoment(chance: Chance, horizonMs: number, busy: readonly number[]): number {
  const anywhere = QUIET_MS + chance.below(horizonMs - QUIET_MS - 50);
  const soon =
    busy.length > 0 && chance.next() < 0.7 ? chance.pick(busy) + chance.below(120) : anywhere;
  return Math.min(soon, horizonMs - 50);
}

function drawFault(
  chance: Chance,
  cast: Cast,
  horizonMs: number,
  busy: readonly number[],
  kind = chance.pick(KINDS),
): SimulatedFault {
  const atMs = drawMoment(chance, horizonMs, busy);
  const longest = chance.next() < 0.3 ? 80 : 800;
  const lasts = MOMENTS.has(kind) || (kind === 'refuse-writes' && chance.next() < LASTS_SHARE);
  const forMs = lasts ? 0 : Math.min(10 + chance.below(longest), horizonMs - atMs);
  return { kind, atMs, forMs, ...aim(kind, chance, cast) };
}

/**
 * Models a change of decision: soon after a hand-over follows another one, perhaps back to the
 * first replica.
 */
function andBack(
  fault: SimulatedFault,
  chance: Chance,
  { replicas }: Cast,
  horizonMs: number,
): SimulatedFault {
  return {
    ...fault,
    atMs: Math.min(fault.atMs + 20 + chance.below(200), horizonMs),
    target: chance.pick(replicas),
    amount: 1,
  };
}

/**
 * The second hand-over begins while PostgreSQL is slow: then statements of several terms are in
 * transit at the same time.
 */
function whileSlow({ atMs }: SimulatedFault, chance: Chance, horizonMs: number): SimulatedFault {
  const since = Math.max(QUIET_MS, atMs - chance.below(120));
  return {
    kind: 'slow',
    atMs: since,
    forMs: Math.min(300, horizonMs - since),
    target: 'postgres',
    other: '',
    amount: 200 + chance.below(700),
  };
}

function drawFaults(
  chance: Chance,
  cast: Cast,
  horizonMs: number,
  payments: readonly PaymentPlan[],
): SimulatedFault[] {
  const busy = payments.map(({ atMs }) => atMs);
  const count = 1 + chance.below(8);
  const faults: SimulatedFault[] = [];
  while (faults.length < count) {
    const fault = drawFault(chance, cast, horizonMs, busy);
    busy.push(fault.atMs, fault.atMs, fault.atMs);
    faults.push(fault);
    if (fault.kind === 'hand-over' && chance.next() < 0.5)
      faults.push(andBack(fault, chance, cast, horizonMs), whileSlow(fault, chance, horizonMs));
  }
  return faults;
}

/** One fault of these kinds, or none. `share` of the schedules have one. */
function drawSometimes(
  chance: Chance,
  cast: Cast,
  horizonMs: number,
  payments: readonly PaymentPlan[],
  { share, kinds }: { share: number; kinds: typeof STALLS },
): SimulatedFault[] {
  if (chance.next() >= share) return [];
  const times = payments.map(({ atMs }) => atMs);
  return [drawFault(chance, cast, horizonMs, times, chance.pick(kinds))];
}

/** In bursts, because parcels and order matter only when several payments are in transit. */
function drawPayments(chance: Chance, instances: number, horizonMs: number): PaymentPlan[] {
  const payments: PaymentPlan[] = [];
  const people = 1 + chance.below(3);
  const bursts = 2 + chance.below(3);
  for (let burst = 0; burst < bursts; burst += 1) {
    const atMs = QUIET_MS + chance.below(horizonMs - QUIET_MS - 100);
    const size = 1 + chance.below(5);
    for (let index = 0; index < size; index += 1) {
      payments.push({
        atMs: atMs + index * chance.below(12),
        key: `key-${payments.length + 1}`,
        patientId: `patient-${1 + chance.below(people)}`,
        instance: chance.below(instances),
        twice: chance.next() < 0.1,
      });
    }
  }
  return payments;
}

/**
 * Sometimes one patient pays continuously: whenever an outcome is written, later payments of the
 * patient are already in flight.
 */
function drawStream(chance: Chance, instances: number, horizonMs: number): PaymentPlan[] {
  if (chance.next() >= STREAM_SHARE) return [];
  const gapMs = 6 + chance.below(14);
  const count = Math.floor((horizonMs - QUIET_MS) / gapMs);
  return Array.from({ length: count }, (_, index): PaymentPlan => {
    return {
      atMs: QUIET_MS + index * gapMs,
      key: `stream-${index + 1}`,
      patientId: 'patient-1',
      instance: index % instances,
      twice: false,
    };
  });
}

/** One of these numbers, drawn by cumulative share. */
function drawEvents(chance: Chance, shares: readonly (readonly [number, number])[]): number {
  const share = chance.next();
  return (shares.find(([, upto]) => share < upto) ?? [1])[0];
}

/** The schedule of a seed. */
export function drawSchedule(seed: number): SimulatedSchedule {
  const chance = new Chance(Math.imul(seed, 0x9e3779b1) ^ 0x5eed);
  const replicas = drawEvents(chance, [
    [3, 0.7],
    [2, 0.9],
    [1, 1],
  ]);
  const monitors = drawEvents(chance, [
    [1, 0.65],
    [3, 0.95],
    [5, 1],
  ]);
  const patients = 1 + chance.below(2);
  const horizonMs = 450 + chance.below(550);
  const cast = {
    replicas: names('server', replicas),
    monitors: names('monitor', monitors),
    patients: names('patients', patients),
  };
  const bursts = drawPayments(chance, patients, horizonMs);
  const most: Omit<SimulatedSchedule, 'payments'> = {
    seed,
    luck: seed,
    replicas,
    monitors,
    patients,
    horizonMs,
    declined: chance.next() < 0.3 ? 30 : 0,
    faults: drawFaults(chance, cast, horizonMs, bursts),
    monitorsEnd: chance.next() < 0.05,
  };
  const usual: SimulatedSchedule = {
    ...most,
    payments: [...bursts, ...drawStream(chance, patients, horizonMs)],
  };
  if (replicas >= 3 && chance.next() < STORM_SHARE) {
    const { faults, endMs } = drawStorm(chance);
    return { ...usual, faults, horizonMs: endMs, isStorm: true };
  }
  const stalls = drawSometimes(chance, cast, horizonMs, bursts, {
    share: STALL_SHARE,
    kinds: STALLS,
  });
  // Drawn last, so that the rest of each schedule stays unchanged.
  const unwritable = drawSometimes(chance, cast, horizonMs, bursts, {
    share: ROW_SHARE,
    kinds: ROWS,
  });
  return {
    ...usual,
    faults: [...usual.faults, ...stalls, ...unwritable],
  };
}
