/** Reads the replicas and the leadership as a monitor shows them. */
import type { RunningMonitor } from '../../../monitor/start.js';
import { call } from './support.js';

export interface ReplicaShown {
  id: string;
  observed: string;
  admin: string;
  role: string | null;
  layer: string | null;
}
export interface Shown {
  partitions: { leader: string | null; term: number; phase: string }[];
  replicas: ReplicaShown[];
}

export const shown = async (monitor: RunningMonitor): Promise<Shown> =>
  (await call(monitor, 'GET', '/status', 'operator')).body as unknown as Shown;
export const observed = async (monitor: RunningMonitor, id: string): Promise<string | undefined> =>
  (await shown(monitor)).replicas.find((replica) => replica.id === id)?.observed;
