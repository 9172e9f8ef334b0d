/** A service of the security tests, in this process. */
import type { Server } from 'node:http';
import { registry } from '../../../shared/observability/metrics.js';

export interface Part {
  server: Server;
  /** Its state beside the rows and the fault switches. */
  state: () => unknown;
  stop: () => Promise<unknown>;
}

/**
 * Clears the registered metrics: services use some metric names alike, and only here they share a
 * process.
 */
export function beside<T>(load: () => Promise<T>): Promise<T> {
  registry.clear();
  return load();
}
