/**
 * The faults: the effect of each kind on a simulated system, and its healing. A fault is plain
 * data, so that a schedule can be shrunk.
 */
import type { Engine } from './model/engine.js';
import { QUIET } from './model/network.js';
import type { Process } from './model/process.js';
import type { Monitor, SimulatedSystem } from './system.js';

export const FAULT_KINDS = [
  'kill',
  'freeze',
  'suspend',
  'jump',
  'cut',
  'cut-one-way',
  'noise',
  'slow',
  'lose-answers',
  'refuse',
  'wipe',
  'restart-empty',
  'duplicate',
  'drain',
  'maint',
  'hand-over',
  'stray',
  'late',
  'reconfigure',
  'refuse-writes',
  'jam',
  'hang',
  'refuse-row',
  'lock-row',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface SimulatedFault {
  readonly kind: FaultKind;
  readonly atMs: number;
  /** Duration, in ms; 0: instantaneous, or until the end. */
  readonly forMs: number;
  /** Name of a process, or `leader`: the leader in the row at that time. */
  readonly target: string;
  /** For cuts: the other end. */
  readonly other: string;
  /** Strength: a probability in per cent, or ms. */
  readonly amount: number;
}

type Heal = () => void;
const NOTHING: Heal = () => undefined;

function processesOf(system: SimulatedSystem): Map<string, Process> {
  const all = [
    ...system.replicas,
    ...system.monitors,
    ...system.patients,
    system.database,
    system.queue,
    system.gateway,
  ];
  return new Map(all.map((each): [string, Process] => [each.name, each]));
}

/** Redis is available again; clients notice shortly afterwards. */
function redisReturns({ queue, replicas, world }: SimulatedSystem): void {
  queue.restart();
  for (const replica of replicas)
    if (replica.alive) replica.in(world.chance.below(40), () => replica.redisReturned());
}

function cut({ network }: SimulatedSystem, from: Process, to: Process, bothWays: boolean): Heal {
  network.cut(from, to);
  if (bothWays) network.cut(to, from);
  return () => {
    network.heal(from, to);
    if (bothWays) network.heal(to, from);
  };
}

function kill(system: SimulatedSystem, target: Process): Heal {
  target.crash();
  return () => (target === system.queue ? redisReturns(system) : target.restart());
}

/** The machine is late: all replicas freeze, and each continues at its own time. */
function late({ replicas, world }: SimulatedSystem, { amount }: SimulatedFault): Heal {
  const stopped = replicas.filter(({ alive, frozen }) => alive && !frozen);
  for (const replica of stopped) replica.freeze();
  return () =>
    stopped.forEach((replica) =>
      world.plan(world.chance.below(amount), null, () => replica.wake()),
    );
}

/** All monitors get another configuration: they stop and restart without their state. */
function reconfigure({ monitors, world }: SimulatedSystem, { amount }: SimulatedFault): Heal {
  for (const monitor of monitors) monitor.crash();
  return () =>
    monitors.forEach((monitor) =>
      world.plan(world.chance.below(amount), null, () => monitor.restart()),
    );
}

function suspend(system: SimulatedSystem, { target, forMs }: SimulatedFault): Heal {
  const monitor = system.monitors.find(({ name }) => name === target);
  monitor?.freeze();
  return () => {
    if (monitor?.frozen) monitor.standStill(forMs);
    monitor?.wake();
  };
}

function noise({ network }: SimulatedSystem, amount: number): Heal {
  network.noise = { drop: amount / 200, duplicate: amount / 200, delayMs: amount };
  return () => (network.noise = QUIET);
}

function lend<K extends 'slowMs' | 'loseAnswers'>(engine: Engine, key: K, value: number): Heal {
  engine[key] = value;
  return () => (engine[key] = 0);
}

function administer(
  { leadership }: SimulatedSystem,
  replica: string,
  state: 'drain' | 'maint',
): Heal {
  leadership.admin[replica] = state;
  return () => (leadership.admin[replica] = 'ready');
}

function wipe({ queue }: SimulatedSystem): Heal {
  queue.wipe();
  return NOTHING;
}

/** Redis restarts without its data. */
function restartEmpty(system: SimulatedSystem): Heal {
  system.queue.crash();
  system.queue.wipe();
  return () => redisReturns(system);
}

/** Redis answers counts and reads but refuses writes. */
function refuseWrites({ queue }: SimulatedSystem): Heal {
  queue.refusesWrites = true;
  queue.failStatements();
  return () => (queue.refusesWrites = false);
}

/** A single replica with this fault would wait for ever: a hand-over needs another one. */
function hang({ replicas }: SimulatedSystem, name: string): Heal {
  if (replicas.length > 1) replicas.find((each) => each.name === name)?.hang();
  return NOTHING;
}

function jam({ replicas }: SimulatedSystem, name: string): Heal {
  replicas.find((each) => each.name === name && each.alive)?.jamWorker();
  return NOTHING;
}

function askFor(monitor: Monitor, to: string | null): Heal {
  if (monitor.alive) monitor.receive(() => monitor.handOver(to));
  return NOTHING;
}

/** A final payment is listed as pending: the relay finds it, and no load returns it. */
function stray({ payments }: SimulatedSystem): Heal {
  const final = [...payments.rows.values()].find(({ status }) => status !== 'PENDING');
  if (!final) return NOTHING;
  payments.strays.add(final.id);
  return () => payments.strays.delete(final.id);
}

/** Injects the fault. @returns its healing. */
export function injectSimulatedFault(system: SimulatedSystem, fault: SimulatedFault): Heal {
  const { kind, amount } = fault;
  const name =
    fault.target === 'leader' ? (system.leadership.row.leader ?? 'server_1') : fault.target;
  const all = processesOf(system);
  const target = all.get(name) as Process;
  const other = all.get(
    fault.other === 'leader' ? (system.leadership.row.leader ?? 'server_1') : fault.other,
  ) as Process;
  // A shrunk system has fewer processes: a fault of a missing process has no effect.
  if ((name !== '' && !target) || (fault.other !== '' && !other)) return NOTHING;
  switch (kind) {
    case 'kill':
      return kill(system, target);
    case 'late':
      return late(system, fault);
    case 'reconfigure':
      return reconfigure(system, fault);
    case 'freeze':
      target.freeze();
      return () => target.wake();
    case 'suspend':
      return suspend(system, fault);
    case 'jump':
      system.monitors.find((monitor) => monitor.name === name)?.jump(amount);
      return NOTHING;
    case 'cut':
    case 'cut-one-way':
      return target === other ? NOTHING : cut(system, target, other, kind === 'cut');
    case 'noise':
      return noise(system, amount);
    case 'slow':
      return lend(target as Engine, 'slowMs', amount);
    case 'lose-answers':
      return lend(target as Engine, 'loseAnswers', amount / 100);
    case 'refuse':
      return system.gateway.refuse(amount);
    case 'wipe':
      return wipe(system);
    case 'restart-empty':
      return restartEmpty(system);
    case 'duplicate':
      system.queue.duplicate();
      return NOTHING;
    case 'stray':
      return stray(system);
    case 'refuse-writes':
      return refuseWrites(system);
    case 'refuse-row':
    case 'lock-row':
      return system.payments.unwritable.refuseNext(kind === 'lock-row' ? 'locked' : 'refused');
    case 'jam':
      return jam(system, name);
    case 'hang':
      return hang(system, name);
    case 'drain':
    case 'maint':
      return administer(system, name, kind);
    case 'hand-over':
      return askFor(other as Monitor, amount === 0 ? null : name);
  }
}

/** As text, for a transcript. */
export function describeFault({ kind, target, other, forMs, amount }: SimulatedFault): string {
  const words = [
    kind,
    target,
    other,
    amount === 0 ? '' : String(amount),
    forMs === 0 ? '' : `for ${forMs} ms`,
  ];
  return words.filter((word) => word !== '').join(' ');
}
