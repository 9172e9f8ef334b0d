/** The supervisor of this monitor, or the refusal that every route of it gives without one. */
import { Problem } from '../../shared/errors.js';
import type { RoutesOptions } from '../http/options.js';
import type { Supervisor } from './supervisor-client.js';

/** @throws Problem NO_SUPERVISOR */
export function requireSupervisor({ supervisor }: Pick<RoutesOptions, 'supervisor'>): Supervisor {
  if (supervisor) return supervisor;
  throw new Problem('NO_SUPERVISOR', 'This monitor has no supervisor (option SUPERVISOR_URL)');
}
