/** Reads the replicas and the leadership as a monitor shows them. */
import type { Status } from '../../../shared/contracts/status.js';
import type { RunningMonitor } from '../../../monitor/start.js';
import { call } from './support.js';

export const shown = async (monitor: RunningMonitor): Promise<Status> =>
  (await call(monitor, 'GET', '/status', 'operator')).body as unknown as Status;
export const observed = async (monitor: RunningMonitor, id: string): Promise<string | undefined> =>
  (await shown(monitor)).replicas.find((replica) => replica.id === id)?.observed;
