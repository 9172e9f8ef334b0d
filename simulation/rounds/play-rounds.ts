/**
 * Plays one schedule of measurement rounds: injects and heals the faults, then waits until all
 * devices take part in rounds again.
 */
import { Network } from '../model/network.js';
import { World, type WriteLine } from '../model/world.js';
import { DeviceProcess, SESSION_MS } from './device-process.js';
import { Ensemble } from './ensemble.js';
import { MeansApi } from './means-api.js';
import { RoundChecks, type RoundBreach } from './round-checks.js';
import { injectRoundFault } from './round-faults.js';
import type { RoundRule, RoundRules } from './round-rules.js';
import { describeRoundFault, type RoundSchedule } from './round-schedule.js';
import type { RoundSystem } from './round-system.js';

export interface RoundOutcome {
  breach: RoundBreach | null;
  steps: number;
  /** Virtual ms. */
  tookMs: number;
  /** Means that the API kept with the measurements of all devices. */
  fullMeans: number;
}

/** Longest recovery after the faults, in virtual ms. */
const RECOVERY_MS = 10_000;
/** Rounds with all devices that show the recovery. */
const RECOVERED = 2;

export interface RoundRun {
  rules: RoundRules;
  /** The only rule that is checked; null: all. */
  only?: RoundRule | null;
  log?: WriteLine | null;
}

function build(
  { seed, devices, periodMs }: RoundSchedule,
  { rules, only = null, log = null }: RoundRun,
) {
  const world = new World(seed, log);
  const checks = new RoundChecks(devices, only);
  const network = new Network(world, devices + 4);
  const system: RoundSystem = {
    world,
    network,
    rules,
    checks,
    ensemble: new Ensemble(world, [0, 1, 2], SESSION_MS),
    api: new MeansApi(world, network, 3, rules, checks),
    periodMs,
  };
  const processes = Array.from(
    { length: devices },
    (_, index) => new DeviceProcess(system, `device_${index + 1}`, 4 + index),
  );
  return { world, checks, system, processes };
}

export function playRounds(schedule: RoundSchedule, run: RoundRun): RoundOutcome {
  const { world, checks, system, processes } = build(schedule, run);
  for (const device of processes) {
    device.alive = false;
    world.plan(world.chance.below(100), null, () => device.restart());
  }
  for (const fault of schedule.faults)
    world.plan(fault.atMs, null, () => {
      world.log?.('FAULT', describeRoundFault(fault));
      const heal = injectRoundFault(system, processes, fault);
      world.plan(fault.forMs, null, () => {
        world.log?.('HEALED', fault.kind);
        heal();
      });
    });
  const isBroken = (): boolean => checks.first !== null;
  try {
    world.runUntil(schedule.horizonMs, isBroken);
    const before = checks.fullMeans;
    const isWell = (): boolean => checks.fullMeans - before >= RECOVERED;
    world.runUntil(schedule.horizonMs + RECOVERY_MS, () => isBroken() || isWell());
    checks.require(
      'progress',
      isWell(),
      () => `${RECOVERY_MS} ms after the faults: ${checks.fullMeans - before} means of all devices`,
    );
  } catch (error) {
    checks.require('crash', false, () => (error as Error).message);
  }
  return {
    breach: checks.first,
    steps: world.steps,
    tookMs: world.nowMs,
    fullMeans: checks.fullMeans,
  };
}
