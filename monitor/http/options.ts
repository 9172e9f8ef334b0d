/** The dependencies of the monitor's routes, and the check for full access. */
import type { Request } from 'express';
import { tokenKind, type Tokens } from '../../shared/http/auth.js';
import type { FaultSwitches } from '../../shared/fault-switches.js';
import type { Alerts } from '../alerts/alerts.js';
import type { SetInstanceOptions } from '../balancer/set-instance-state.js';
import type { EventHub } from '../status/event-hub.js';
import type { History } from '../cluster/history.js';
import type { Inspection } from '../inspect/inspection.js';
import type { MonitorLoop } from '../loop.js';
import type { Sampler } from '../status/sampler.js';
import type { StatusSources } from '../status/status.js';
import type { SetAcceptance } from '../status/acceptance-watch.js';
import type { Samples } from '../samples/create-samples.js';
import type { Operations } from './operations.js';
import type { Schedule } from '../schedule/create-schedule.js';
import type { Sessions } from '../console/session.js';
import type { Supervisor } from '../supervisor/supervisor-client.js';

export interface RoutesOptions {
  loop: MonitorLoop;
  history: History;
  sampler: Sampler;
  operations: Operations;
  instances: SetInstanceOptions;
  setAcceptance: SetAcceptance;
  schedule: Schedule;
  hub: EventHub;
  sources: StatusSources;
  tokens: Tokens;
  sessions: Sessions;
  inspection: Inspection;
  /** Null: the system does not run under `npm start`. */
  supervisor: Supervisor | null;
  alerts: Alerts;
  samples: Samples;
  /** Null: fault switches are off. */
  faults: FaultSwitches | null;
}

/**
 * Whether the request may see addresses and process ids: it has the operator token, the internal
 * token or a session.
 */
export async function seesAll(
  { tokens, sessions }: Pick<RoutesOptions, 'tokens' | 'sessions'>,
  request: Request,
): Promise<boolean> {
  const { authorization } = request.headers;
  if (authorization === undefined) return (await sessions.read(request)) !== null;
  return ['operator', 'internal'].includes(tokenKind(tokens, authorization) ?? '');
}
