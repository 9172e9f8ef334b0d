/** The data of the console's lists: failures in words, lists as CSV, the meaning of filters. */
import { FailureMemory } from '../../../monitor/status/failure-memory.js';
import type { ElectionRow } from '../../../monitor/cluster/history.js';
import {
  auditQuery,
  electionFilter,
  electionQuery,
  search,
} from '../../../monitor/console/filters.js';
import {
  toElection,
  electionsCsv,
  matchesQuery,
  replicasCsv,
} from '../../../monitor/console/lists.js';
import { STATUS } from '../../../monitor/http/examples.js';
import { status as statusSchema, type ReplicaStatus } from '../../../shared/contracts/status.js';

const [REPLICA] = statusSchema.parse(STATUS).replicas as [ReplicaStatus];

const row = (more: Partial<ElectionRow>): ElectionRow => ({
  partition: 0,
  term: 2,
  leader: 'server_2',
  bootId: 'b',
  previousLeader: 'server_1',
  kind: 'kill',
  reason: 'server_1 closed its connection and refuses a new one',
  monitor: 'monitor_1',
  votes: 1,
  paymentsWaited: null,
  workedAt: null,
  suspectedAt: new Date(1_000),
  electedAt: new Date(1_010),
  promotedAt: null,
  reclaimedAt: null,
  firstCommitAt: null,
  ...more,
});

describe('the last failure of a replica', () => {
  const suspected = {
    name: 'replica:suspected',
    data: { replica: 'server_1', layer: 'heartbeat', detectMs: 1 },
  } as const;

  test('of a leader comes from the history, of a standby from the events', () => {
    const memory = new FailureMemory();
    expect(memory.lastOf('server_1')).toBeNull();
    memory.hear(suspected, new Date(1_005));
    expect(memory.lastOf('server_1')?.words).toBe('fell silent');
    memory.learn([row({})]);
    expect(memory.lastOf('server_1')).toEqual({
      at: new Date(1_000),
      words: 'closed its connection and refuses a new one',
    });
    memory.hear(suspected, new Date(60_000));
    expect(memory.lastOf('server_1')?.words).toBe('fell silent');
  });

  test('a planned hand-over is not a failure, and a restart ends a failure', () => {
    const memory = new FailureMemory();
    memory.learn([row({ kind: 'planned' }), row({ kind: 'first', previousLeader: null })]);
    expect(memory.lastOf('server_1')).toBeNull();
    memory.hear(suspected, new Date(1_000));
    memory.hear(
      { name: 'replica:recovered', data: { replica: 'server_1', restarted: true } },
      new Date(2_000),
    );
    expect(memory.lastOf('server_1')?.words).toBe('fell silent');
    memory.hear(
      { name: 'replica:recovered', data: { replica: 'server_1', restarted: true } },
      new Date(90_000),
    );
    expect(memory.lastOf('server_1')?.words).toBe('was restarted');
  });
});

describe('lists', () => {
  test('a formula in a reason is text in a spreadsheet', () => {
    const csv = String(
      electionsCsv([toElection(row({ reason: '=HYPERLINK("http://evil")' }), false)]).body,
    );
    expect(csv).toContain('"\'=HYPERLINK(""http://evil"")"');
    expect(csv.split('\r\n')[0]?.split(',')).toHaveLength(21);
  });

  test('the filter of replicas is the same for the page and the file', () => {
    const drained = { ...REPLICA, id: 'server_2', admin: 'drain' as const, adminReason: '+1' };
    const shown = [REPLICA, drained].filter((replica) =>
      matchesQuery(replica, { admin: 'drain', observed: '', role: undefined }),
    );
    expect(shown).toEqual([drained]);
    expect(String(replicasCsv(shown, () => 3).body)).toContain("server_2,drain,'+1,");
  });

  test.each([
    { limit: '0' },
    { limit: '201' },
    { cursor: '1 OR 1' },
    { from: 'yesterday' },
    { kind: 'x' },
    { text: 'a\u0000' },
    { other: '1' },
  ])('%j is refused', (query) => expect(electionQuery.safeParse(query).success).toBe(false));

  test('empty fields of a form do not filter, and a range of days includes both days', () => {
    const query = electionQuery.parse({
      replica: '',
      kind: '',
      from: '2026-11-20',
      until: '2026-11-20',
      text: '%',
    });
    expect(electionFilter(query)).toEqual({
      limit: 50,
      before: null,
      replica: null,
      kind: null,
      monitor: null,
      text: '%',
      from: '2026-11-20T00:00:00Z',
      until: '2026-11-21T00:00:00.000Z',
    });
    expect(search(query)).toBe('?limit=50&from=2026-11-20&until=2026-11-20&text=%25');
    expect(auditQuery.parse({ target: 'a&b' })).toMatchObject({ target: 'a&b', limit: 50 });
  });
});
