/** What the collection tries at the monitor beyond its part of the walk. Whoever runs it twice finds everything as it was. */
import type { ProblemCode } from '../../shared/errors.js';
import type { PostmanCase } from './case.js';
import { NOBODY } from './patients-cases.js';

const monitor = (folder: string, operation: string, name: string, rest: Partial<PostmanCase> = {}): PostmanCase =>
  ({ folder, service: 'monitor', operation, name, status: [200], ...rest });

const ACTING = '7 Monitor: acting';
const FAULTS = '8 Monitor: breaking things (npm start -- --faults on)';
const REFUSED = '9 Monitor: refused';
const BREAKING = { variable: 'breakThings', why: 'It kills or freezes a replica' };
const MISSING = { status: [404] as const };

const refused = (name: string, operation: string, status: readonly number[], code: ProblemCode, rest: Partial<PostmanCase>): PostmanCase =>
  monitor(REFUSED, operation, name, { status, code, ...rest });

export const MONITOR_CASES: readonly PostmanCase[] = [
  monitor('6 Monitor: watching', 'events', 'Follow the events', {
    onlyIf: { variable: 'followEvents', why: 'The stream does not end, so a runner would wait for ever' },
  }),
  monitor(ACTING, 'preview', 'What a hand-over would do', { query: { action: 'handover', replica: '{{standby}}' } }),
  monitor(ACTING, 'setReplicaState', 'Drain the one that does not lead now', {
    params: { id: '{{leader}}' }, body: { state: 'drain', reason: 'a walk through the collection' },
  }),
  refused('Nobody hands over to a drained replica', 'handover', [409], 'NO_CANDIDATE', {
    folder: ACTING, body: { to: '{{leader}}', reason: 'a walk through the collection' },
  }),
  monitor(ACTING, 'setReplicaState', 'Take it in again', {
    params: { id: '{{leader}}' }, body: { state: 'ready', reason: 'a walk through the collection' },
  }),
  monitor(ACTING, 'previewRedrive', 'What driving a payment again would do', { query: { ids: '{{paymentId}}' } }),
  monitor(ACTING, 'redriveFailed', 'One that has not failed is not driven again', {
    body: { ids: ['{{paymentId}}'], reason: 'a walk through the collection' },
    checks: ["pm.test('it says so', () => pm.expect(pm.response.json().payments[0].code).to.equal('NOT_REDRIVABLE'));"],
  }),
  monitor(ACTING, 'paymentJson', 'The story of a payment', { params: { id: '{{paymentId}}' } }),
  monitor(FAULTS, 'faults', 'What is broken on purpose'),
  monitor(FAULTS, 'setFaults', 'Heal everything', { body: {} }),
  monitor(FAULTS, 'killReplica', 'Kill the leader', { params: { id: '{{standby}}' }, onlyIf: BREAKING }),
  monitor(FAULTS, 'freezeReplica', 'Freeze a replica', { params: { id: '{{leader}}' }, onlyIf: BREAKING }),
  refused('Hand over to nobody', 'handover', [404], 'REPLICA_NOT_FOUND', { body: { to: 'server_99', reason: 'a test' } }),
  refused('Drain nobody', 'setReplicaState', [404], 'REPLICA_NOT_FOUND', { params: { id: 'server_99' } }),
  refused('Kill nobody', 'killReplica', [404], 'REPLICA_NOT_FOUND', { params: { id: 'server_99' } }),
  refused('Freeze nobody', 'freezeReplica', [404], 'REPLICA_NOT_FOUND', { params: { id: 'server_99' } }),
  refused('The story of an unknown payment', 'paymentJson', MISSING.status, 'PAYMENT_NOT_FOUND', { params: { id: NOBODY } }),
];

