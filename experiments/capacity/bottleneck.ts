/**
 * Names the resource that limits a system at its saturation, from the CPU use, the waits in
 * PostgreSQL and the life of the payments. The first rule that applies decides. Pure.
 */
import { duration } from '../../shared/format.js';
import { GENERATOR } from '../load/cpu-sampler.js';
import type { DatabaseUse } from './database-use.js';
import type { PaymentLife } from './payment-life.js';
import type { MachineUse, ProcessUse } from './process-use.js';

/** From this share of a core on, a main thread has no room left. */
const FULL_THREAD = 0.85;
/** From this share of all cores on, the machine has no room left. */
const FULL_MACHINE = 0.9;
/** Busy backends that wait for the same thing, on average, and their share of all busy backends. */
const WAITING_BACKENDS = 1;
const WAITING_SHARE = 0.5;

type BottleneckKind =
  | 'generator'
  | 'event loop'
  | 'machine'
  | 'commits'
  | 'locks'
  | 'disk'
  | 'processing'
  | 'acceptance'
  | 'answer'
  | 'gateway'
  | 'unknown';

export interface Bottleneck {
  kind: BottleneckKind;
  /** The process or part; null: the kind is sufficient. */
  name: string | null;
  /** The figures, in one sentence. */
  evidence: string;
}

export interface Load {
  machine: MachineUse;
  database: DatabaseUse;
  life: PaymentLife | null;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** The main thread where it is known, else the whole process. */
const toThreadShare = ({ mainShare, share }: ProcessUse): number =>
  Number.isFinite(mainShare) ? mainShare : share;

function findFullThread({ machine }: Load): Bottleneck | null {
  const busiest = machine.processes
    .filter(({ isNode }) => isNode)
    .reduce<ProcessUse | null>(
      (most, one) => (most && toThreadShare(most) >= toThreadShare(one) ? most : one),
      null,
    );
  if (!busiest || toThreadShare(busiest) < FULL_THREAD) return null;
  const { name } = busiest;
  return {
    kind: name === GENERATOR ? 'generator' : 'event loop',
    name,
    evidence: `The main thread of ${name} used ${percent(toThreadShare(busiest))} of a core.`,
  };
}

/** Programs outside the experiment. */
export const OTHER_PROGRAMS = 'other programs';

/** Shares of one core by part; the largest first. */
export function sumParts({ processes }: MachineUse): [part: string, share: number][] {
  const parts = new Map<string, number>();
  for (const { part, share } of processes) parts.set(part, (parts.get(part) ?? 0) + share);
  return [...parts].sort(([, a], [, b]) => b - a);
}

/** Busy cores of programs that belong to no part. */
export const countForeignCores = ({ busyCores, processes }: MachineUse): number =>
  Math.max(0, busyCores - processes.reduce((all, { share }) => all + share, 0));

/** Shown shares of a full machine. */
const SHOWN_PARTS = 4;

function findFullMachine({ machine }: Load): Bottleneck | null {
  const { busyCores, cores } = machine;
  if (busyCores < FULL_MACHINE * cores) return null;
  const parts = [...sumParts(machine), [OTHER_PROGRAMS, countForeignCores(machine)] as const]
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN_PARTS);
  const [first = '', ...others] = parts.map(
    ([part, share]) => `${part === GENERATOR ? 'the generator' : part} ${percent(share)}`,
  );
  return {
    kind: 'machine',
    name: parts.find(([part]) => part !== GENERATOR)?.[0] ?? null,
    evidence: `${percent(busyCores / cores)} of ${cores} cores were busy: ${[`${first} of a core`, ...others].join(', ')}.`,
  };
}

const WAITS = [
  ['commits', 'WAL', 'the log of PostgreSQL (WAL)'],
  ['locks', 'lock', 'locks'],
  ['disk', 'IO', 'reads and writes of files'],
] as const;

function findWait({ database: { backends } }: Load): Bottleneck | null {
  const busy = Object.values(backends).reduce((all, one) => all + one, 0);
  const found = WAITS.find(
    ([, activity]) =>
      backends[activity] >= WAITING_BACKENDS && backends[activity] >= busy * WAITING_SHARE,
  );
  if (!found) return null;
  const [kind, activity, words] = found;
  return {
    kind,
    name: null,
    evidence: `On average ${backends[activity].toFixed(1)} of ${busy.toFixed(1)} busy backends waited for ${words}.`,
  };
}

const STAGES = [
  ['acceptance', 'acceptMs', 'until they were accepted'],
  ['processing', 'processMs', 'from acceptance to outcome, without the gateway'],
  ['gateway', 'gatewayMs', 'at the gateway'],
  ['answer', 'answerMs', 'from outcome to answer'],
] as const;

function findLongestStage({ life, database: { pending } }: Load): Bottleneck | null {
  if (!life) return null;
  const [first, ...others] = STAGES;
  const [kind, stage, words] = others.reduce<(typeof STAGES)[number]>(
    (most, one) => (life[one[1]] > life[most[1]] ? one : most),
    first,
  );
  return {
    kind,
    name: null,
    evidence: `No process and no wait stands out; payments took ${duration(life[stage])} ${words}, and ${pending.mean.toFixed(0)} were pending on average.`,
  };
}

export const nameBottleneck = (load: Load): Bottleneck =>
  findFullThread(load) ??
  findFullMachine(load) ??
  findWait(load) ??
  findLongestStage(load) ?? { kind: 'unknown', name: null, evidence: 'No payment succeeded.' };
