/** The order in which the processes of a system stop. */
import { BALANCERS } from '../shared/balancer/pool.js';
import type { ManagedProcess, ProcessKind } from './processes/processes.js';

/** Shown after the services. */
export const ENGINES: ReadonlySet<ProcessKind> = new Set([
  'route',
  'patroni',
  'postgres',
  'etcd',
  'sentinel',
  'redis',
  'zookeeper',
]);

/**
 * Callers stop before the services that they call; PostgreSQL stops late, and etcd after it. The
 * Sentinels stop before the servers, whose end they would take for a failure. Devices end their
 * sessions before the ensemble stops.
 */
const STOP_ORDER: readonly ProcessKind[] = [
  ...BALANCERS,
  'device',
  'measurements',
  'zookeeper',
  'patients',
  'payments',
  'monitor',
  'gateway',
  'sentinel',
  'redis',
  'route',
  'patroni',
  'postgres',
  'etcd',
];

/** Stops every process, in order, including frozen ones. */
export async function stopAll(processes: readonly ManagedProcess[]): Promise<void> {
  processes.forEach((process) => (process.supervised = false));
  for (const kind of STOP_ORDER)
    await Promise.all(
      processes.filter((process) => process.kind === kind).map((process) => process.stop()),
    );
}
