/** Examples of the alerts in the OpenAPI document. */
import type { AlertDocument, AlertPage, OpenAlerts } from '../../shared/contracts/alerts.js';

const AT = '2026-11-21T09:00:00.000Z';

export const ALERT: AlertDocument = {
  id: '0198a2b4-5f3e-4a7b-9c1d-2e3f4a5b6c7d',
  rule: 'RelevoGatewayAway',
  severity: 'critical',
  subject: '',
  text: 'No replica reaches the gateway; payments wait and are retried',
  action: 'Check the gateway and the network to it; payments are retried by themselves.',
  monitor: 'monitor_1',
  firedAt: '2026-11-21T08:58:30.000Z',
  clearedAt: null,
  acknowledgedAt: AT,
  acknowledgedReason: 'the bank repairs it',
};
export const OPEN_ALERTS: OpenAlerts = { at: AT, isRecorded: true, open: [ALERT] };
export const ALERT_PAGE: AlertPage = {
  ...OPEN_ALERTS,
  history: [
    {
      ...ALERT,
      id: '0198a2b4-5f3e-4a7b-9c1d-2e3f4a5b6c7e',
      rule: 'RelevoReplicaDown',
      severity: 'warning',
      subject: 'server_2',
      text: 'server_2 does not answer: it closed its connection and refused a new one',
      action: 'Read the log of the replica and start it again.',
      firedAt: '2026-11-21T08:00:00.000Z',
      clearedAt: '2026-11-21T08:00:04.000Z',
      acknowledgedAt: null,
      acknowledgedReason: null,
    },
  ],
  next: null,
};
