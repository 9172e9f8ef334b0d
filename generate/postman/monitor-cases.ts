/**
 * Lists the requests to the monitor beyond its part of the walk. A second run finds the system in
 * the same state.
 */
import type { ProblemCode } from '../../shared/errors.js';
import type { PostmanCase } from './case.js';
import { UNKNOWN_ID } from './patients-cases.js';

const monitor = (
  folder: string,
  operation: string,
  name: string,
  rest: Partial<PostmanCase> = {},
): PostmanCase => ({ folder, service: 'monitor', operation, name, status: [200], ...rest });

const ACTING = '7 Monitor: acting';
const FAULTS = '8 Monitor: breaking things (npm start -- --faults on)';
const REFUSED = '9 Monitor: refused';
const BREAKING = { variable: 'breakThings', why: 'It kills or freezes a replica' };
const MISSING = { status: [404] as const };

const refused = (
  name: string,
  operation: string,
  status: readonly number[],
  code: ProblemCode,
  rest: Partial<PostmanCase>,
): PostmanCase => monitor(REFUSED, operation, name, { status, code, ...rest });

export const MONITOR_CASES: readonly PostmanCase[] = [
  monitor('6 Monitor: watching', 'events', 'Follow the events', {
    onlyIf: {
      variable: 'followEvents',
      why: 'The stream does not end, so a runner would wait for ever',
    },
  }),
  monitor(ACTING, 'preview', 'Preview a hand-over', {
    query: { action: 'handover', replica: '{{standby}}' },
  }),
  monitor(ACTING, 'setReplicaState', 'Drain the former leader', {
    params: { id: '{{leader}}' },
    body: { state: 'drain', reason: 'a run of the collection' },
  }),
  refused('Hand over to a drained replica', 'handover', [409], 'NO_CANDIDATE', {
    folder: ACTING,
    body: { to: '{{leader}}', reason: 'a run of the collection' },
  }),
  monitor(ACTING, 'setReplicaState', 'Return the replica to service', {
    params: { id: '{{leader}}' },
    body: { state: 'ready', reason: 'a run of the collection' },
  }),
  monitor(ACTING, 'previewRedrive', 'Preview a re-drive', { query: { ids: '{{paymentId}}' } }),
  monitor(ACTING, 'redriveFailed', 'Re-drive a payment that has not failed, as an operator', {
    body: { ids: ['{{paymentId}}'], reason: 'a run of the collection' },
    checks: [
      "pm.test('reports the reason', () => pm.expect(pm.response.json().payments[0].code).to.equal('NOT_REDRIVABLE'));",
    ],
  }),
  monitor(ACTING, 'paymentJson', 'Get the history of a payment', {
    params: { id: '{{paymentId}}' },
  }),
  monitor(FAULTS, 'faults', 'Get the active faults'),
  monitor(FAULTS, 'setFaults', 'Heal all faults', { body: {} }),
  monitor(FAULTS, 'killReplica', 'Kill the leader', {
    params: { id: '{{standby}}' },
    onlyIf: BREAKING,
  }),
  monitor(FAULTS, 'freezeReplica', 'Freeze a replica', {
    params: { id: '{{leader}}' },
    onlyIf: BREAKING,
  }),
  refused('Hand over to an unknown replica', 'handover', [404], 'REPLICA_NOT_FOUND', {
    body: { to: 'server_99', reason: 'a test' },
  }),
  refused('Drain an unknown replica', 'setReplicaState', [404], 'REPLICA_NOT_FOUND', {
    params: { id: 'server_99' },
  }),
  refused('Kill an unknown replica', 'killReplica', [404], 'REPLICA_NOT_FOUND', {
    params: { id: 'server_99' },
  }),
  refused('Freeze an unknown replica', 'freezeReplica', [404], 'REPLICA_NOT_FOUND', {
    params: { id: 'server_99' },
  }),
  refused('The history of an unknown payment', 'paymentJson', MISSING.status, 'PAYMENT_NOT_FOUND', {
    params: { id: UNKNOWN_ID },
  }),
];
