/** Connects the status document to the parts of a monitor that know its contents. */
import type { BalancerSync } from '../balancer/balancer-sync.js';
import type { Connections } from '../connections.js';
import type { MonitorLoop } from '../loop.js';
import { toScheduleStatus, type Schedule } from '../schedule/create-schedule.js';
import type { Observers } from './observers.js';
import type { StatusSources } from './status.js';

interface StatusParts {
  loop: MonitorLoop;
  counts: StatusSources['counts'];
  observers: Observers;
  schedule: Schedule;
  redisUp: () => boolean | null;
  sync: BalancerSync | null;
}

export function createStatusSources(
  { config, clock, peers }: Connections,
  { loop, counts, observers, schedule, redisUp, sync }: StatusParts,
): StatusSources {
  return {
    id: config.id,
    replicas: config.replicas,
    monitors: config.monitors,
    patients: config.patients,
    clock,
    state: () => loop.state,
    decision: () => loop.decision,
    adminRows: () => loop.adminRows,
    opinions: () => peers.opinions(),
    peerObserved: (id) => peers.observedOf(id),
    peerWord: (id) => peers.wordOf(id),
    instance: (instance) => observers.instances.of(instance),
    balancer: () => sync && { ...sync.view, rows: sync.rows },
    record: () => observers.record.state,
    redisGroup: () => observers.group.state,
    rounds: () => observers.rounds.state,
    acceptance: () => observers.acceptance.state,
    scheduledHandover: () => schedule.runner.latest && toScheduleStatus(schedule.runner.latest),
    disk: () => observers.disk.state,
    lastFailure: (replica) => observers.failures.lastOf(replica),
    redisUp,
    faults: config.faults,
    counts,
  };
}
