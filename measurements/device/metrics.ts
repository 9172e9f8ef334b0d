/** Metrics of a device, in addition to those of its HTTP requests. */
import type { ConnectionState } from '../../shared/zookeeper/client.js';
import { counter, gauge } from '../../shared/observability/metrics.js';

export const deviceSeconds = gauge(
  'relevo_measurement_device_seconds',
  'Latest measurement of this device: the processing latency of its replica, or a probe.',
  ['kind'],
);
export const periodSeconds = gauge(
  'relevo_measurement_period_seconds',
  'Time between two rounds, as this device last read it.',
);
export const deviceLeads = gauge(
  'relevo_measurement_leads',
  '1 while this device leads the rounds and the API confirmed its epoch.',
);
const connectionState = gauge(
  'relevo_measurement_connection',
  '1 for the present state of the connection to ZooKeeper, 0 for the others.',
  ['state'],
);
export const sessionsTotal = counter(
  'relevo_measurement_sessions_total',
  'ZooKeeper sessions that this device began.',
);
export const reconnectsTotal = counter(
  'relevo_measurement_reconnects_total',
  'Times that the ensemble answered again after a silence or a closed connection.',
);
export const roundsMissed = counter(
  'relevo_measurement_rounds_missed_total',
  'Rounds that this device finished as the leader without a mean.',
);
export const notMeasured = counter(
  'relevo_measurement_not_measured_total',
  'Rounds without a measurement of this device, because its replica did not answer.',
);

const STATES: readonly ConnectionState[] = [
  'connecting',
  'connected',
  'suspended',
  'lost',
  'expired',
  'closed',
];

export function measureConnection(state: ConnectionState): void {
  for (const each of STATES) connectionState.set({ state: each }, each === state ? 1 : 0);
}
