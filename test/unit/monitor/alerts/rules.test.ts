/**
 * The alerts as a monitor evaluates them: each rule finds its condition, and a sound system has
 * none.
 */
import { STATUS } from '../../../../monitor/http/examples.js';
import type { AlertFacts } from '../../../../monitor/core/alerts/rule.js';
import { ALERT_RULES, findAlerts } from '../../../../monitor/core/alerts/rules.js';
import type { Status } from '../../../../shared/contracts/status.js';

const NOW_MS = Date.parse('2026-11-21T09:00:00.000Z');
const REACHES = { postgres: true, redis: true, gateway: true };

type Replica = Status['replicas'][number];

const replica = (id: string, more: Partial<Replica> = {}): Replica => ({
  ...(STATUS.replicas[0] as Replica),
  id,
  admin: 'ready',
  observed: 'alive',
  role: id === 'server_1' ? 'leading' : 'standby',
  reaches: REACHES,
  lastFailure: null,
  ...more,
});

const status = (more: Partial<Status> = {}): Status => ({
  ...(STATUS as Status),
  partitions: [{ ...(STATUS.partitions[0] as Status['partitions'][number]), leader: 'server_1' }],
  replicas: ['server_1', 'server_2', 'server_3'].map((id) => replica(id)),
  monitors: [{ id: 'monitor_1', observed: 'alive', leader: 'server_1', term: 1 }],
  patients: [],
  balancer: null,
  record: null,
  disk: null,
  queue: { waiting: 0, active: 0, pending: 0, failed: 0, oldestPendingSec: null },
  engines: { postgres: true, redis: true },
  ...more,
});

const facts = (more: Partial<AlertFacts> = {}): AlertFacts => ({
  status: status(),
  nowMs: NOW_MS,
  oldestPendingSec: null,
  pendingPerSec: 0,
  failovers: 0,
  stalledMs: null,
  ...more,
});

const namesOf = (given: AlertFacts): string[] =>
  findAlerts(given).map(({ rule, subject }) => [rule.name, subject].join(' ').trim());

const withReplicas = (...replicas: Replica[]): AlertFacts =>
  facts({ status: status({ replicas }) });

const node = (name: string, more: object = {}) => ({
  name,
  role: 'sync-standby',
  state: 'running',
  lagBytes: 0,
  timeline: 1,
  streaming: true,
  ...more,
});

const withNodes = (...nodes: object[]): AlertFacts =>
  facts({ status: status({ record: { nodes, etcd: [] } as unknown as Status['record'] }) });

const instance = (id: string, more: object = {}) => ({
  id,
  admin: 'ready',
  adminReason: '',
  adminSince: null,
  observed: 'alive',
  since: null,
  balancer: 'up',
  ...more,
});

const behindBalancer = (answers: boolean, ...patients: object[]): AlertFacts =>
  facts({
    status: status({
      balancer: { name: 'haproxy', answers },
      patients: patients as Status['patients'],
    }),
  });

const withGateway = (more: Partial<Status['gateway']>): AlertFacts =>
  facts({ status: status({ gateway: { ...status().gateway, ...more } }) });

test('a sound system has no alert', () => {
  expect(namesOf(facts())).toEqual([]);
  expect(namesOf(behindBalancer(true, instance('patients_1')))).toEqual([]);
  expect(namesOf(withNodes(node('postgres_1', { role: 'primary', streaming: null })))).toEqual([]);
});

const lost = { gateway: false, postgres: false, redis: false };
const CASES: [title: string, given: AlertFacts, expected: string[]][] = [
  [
    'the leader is down',
    withReplicas(
      replica('server_1', { observed: 'down' }),
      replica('server_2'),
      replica('server_3'),
    ),
    ['RelevoNoLeader', 'RelevoReplicaDown server_1'],
  ],
  [
    'every replica is down',
    withReplicas(...['server_1', 'server_2'].map((id) => replica(id, { observed: 'down' }))),
    [
      'RelevoNoLeader',
      'RelevoNoStandby',
      'RelevoReplicaDown server_1',
      'RelevoReplicaDown server_2',
    ],
  ],
  [
    'the only standby is drained',
    withReplicas(replica('server_1'), replica('server_2', { admin: 'drain' })),
    ['RelevoNoStandby'],
  ],
  [
    'two replicas report that they lead',
    withReplicas(replica('server_1'), replica('server_2', { role: 'leading' })),
    ['RelevoSeveralLeaders'],
  ],
  ['four failovers in ten minutes', facts({ failovers: 4 }), ['RelevoLeadershipFlapping']],
  [
    'one of two monitors runs',
    facts({
      status: status({
        monitors: [
          { id: 'monitor_1', observed: 'alive', leader: 'server_1', term: 1 },
          { id: 'monitor_2', observed: 'suspect', leader: null, term: null },
        ],
      }),
    }),
    ['RelevoMonitorsWithoutQuorum', 'RelevoInstanceDown monitor_2'],
  ],
  [
    'a replica was drained three hours ago',
    withReplicas(
      replica('server_1'),
      replica('server_2'),
      replica('server_3', { admin: 'drain', adminSince: '2026-11-21T06:00:00.000Z' }),
    ),
    ['RelevoReplicaOutOfService server_3'],
  ],
  [
    'the balancer does not answer',
    behindBalancer(false, instance('patients_1', { balancer: 'unknown' })),
    ['RelevoBalancerDown'],
  ],
  [
    'the balancer finds no instance ready',
    behindBalancer(true, instance('patients_1', { balancer: 'down' })),
    ['RelevoNoInstanceReady'],
  ],
  [
    'one instance is lost',
    behindBalancer(true, instance('patients_1'), instance('patients_2', { observed: 'suspect' })),
    ['RelevoInstanceDown patients_2'],
  ],
  [
    'the backlog grows',
    facts({
      pendingPerSec: 2,
      status: status({
        queue: { waiting: 0, active: 0, pending: 6_000, failed: 0, oldestPendingSec: 3 },
      }),
    }),
    ['RelevoBacklogGrowing'],
  ],
  [
    'an operator stopped new payments',
    facts({
      status: status({ acceptance: { accepting: false, reason: 'bank', since: null } }),
    }),
    ['RelevoNotAccepting'],
  ],
  [
    'calls to the gateway have no answer',
    withGateway({ calls: 100, failed: 6, p50Ms: 50 }),
    ['RelevoGatewayFailing'],
  ],
  [
    'half of the calls to the gateway take more than half a second',
    withGateway({ calls: 10, failed: 0, p50Ms: 501 }),
    ['RelevoGatewaySlow'],
  ],
  ['a payment has waited for 61 s', facts({ oldestPendingSec: 61 }), ['RelevoBacklogOld']],
  ['the leader makes no progress', facts({ stalledMs: 5_001 }), ['RelevoCommitStalls server_1']],
  [
    'no replica reaches a dependency',
    withReplicas(replica('server_1', { reaches: lost }), replica('server_2', { reaches: lost })),
    ['RelevoGatewayAway', 'RelevoDatabaseAway', 'RelevoRedisAway'],
  ],
  [
    'this monitor does not reach Redis',
    facts({ status: status({ engines: { postgres: true, redis: false } }) }),
    ['RelevoRedisAway'],
  ],
  [
    'the disk has too little space',
    facts({ status: status({ disk: { freeMb: 999, leastMb: 1_000 } }) }),
    ['RelevoDiskLow'],
  ],
  [
    'a standby of PostgreSQL does not stream, another lags',
    withNodes(
      node('postgres_1', { role: 'primary', streaming: null }),
      node('postgres_2', { streaming: false }),
      node('postgres_3', { lagBytes: 17_000_000 }),
    ),
    ['RelevoDatabaseStandbyLags postgres_2', 'RelevoDatabaseStandbyLags postgres_3'],
  ],
];

test.each(CASES)('%s', (_title, given, expected) => expect(namesOf(given)).toEqual(expected));

test('one replica that reaches the gateway is enough', () =>
  expect(
    namesOf(withReplicas(replica('server_1', { reaches: lost }), replica('server_2'))),
  ).toEqual([]));

test.each<Partial<Status['gateway']>>([
  { calls: 100, failed: 5, p50Ms: 500 },
  { calls: 9, failed: 9, p50Ms: 5_000 },
  { calls: 100, failed: 100, reached: false },
])('a gateway as in %j has no alert of its own', (gateway) =>
  expect(namesOf(withGateway(gateway))).toEqual([]),
);

test('every rule that a monitor evaluates has a case above', () => {
  const found = new Set(
    CASES.flatMap(([, given]) => findAlerts(given).map(({ rule }) => rule.name)),
  );
  const evaluated = ALERT_RULES.filter(({ find }) => find !== null).map(({ name }) => name);
  expect(evaluated.filter((name) => !found.has(name))).toEqual(['RelevoInstanceOutOfService']);
});

test('every rule has a first action, and no two rules have one name', () => {
  for (const { action } of ALERT_RULES) expect(action).toMatch(/^[A-Z].*\.$/);
  expect(new Set(ALERT_RULES.map(({ name }) => name)).size).toBe(ALERT_RULES.length);
});
