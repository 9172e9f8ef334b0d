/**
 * The data of the console: a sample per second, the differences that are sent, failures in words,
 * lists as CSV, the meaning of filters.
 */
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
import {
  status as statusSchema,
  type ReplicaStatus,
  type Status,
} from '../../../shared/contracts/status.js';
import {
  toColumns,
  PINGS_KEPT,
  Sampler,
  SAMPLES_KEPT,
  type Sample,
} from '../../../monitor/status/sampler.js';
import {
  changes,
  NO_NUMBERS,
  toNumbers,
  toStructure,
} from '../../../monitor/status/status-differences.js';
import { jest } from '@jest/globals';
import { report, watching } from './support.js';

const STATUS_NOW: Status = statusSchema.parse(STATUS);
const [REPLICA] = STATUS_NOW.replicas as [ReplicaStatus];
const sampleOf = (more: Partial<Sample> = {}): Sample => ({
  at: 1,
  rates: { server_1: 0, server_2: 12.5 },
  queue: { ...STATUS_NOW.queue, oldestError: null, oldestDueSec: null },
  latency: null,
  pings: {},
  ...more,
});

const QUIET = {
  waiting: 0,
  active: 0,
  pending: 0,
  failed: 0,
  oldestPendingSec: null,
  oldestError: null,
  oldestDueSec: null,
};

describe('the sampler', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  function sampled(isWatched: boolean) {
    const machine = watching();
    const clock = { now: () => performance.now(), wall: () => new Date(performance.now()) };
    const asked = { counts: 0, latency: 0 };
    const samples: Sample[] = [];
    const sampler = new Sampler({
      clock,
      state: () => machine.state,
      isWatched: () => isWatched,
      onSample: (sample) => samples.push(sample),
      counts: async () => ({ ...QUIET, waiting: (asked.counts += 1) }),
      latency: async () => ({ p50: (asked.latency += 1), p99: 9 }),
    });
    sampler.start();
    return { machine, sampler, samples, asked };
  }

  test('reports the committed payments of each second', async () => {
    const { machine, samples, sampler } = sampled(true);
    for (const committed of [100, 350, 350]) {
      machine.beat(report('server_1', { role: 'leading', term: 1, committed }));
      await jest.advanceTimersByTimeAsync(1_000);
    }
    expect(samples.map(({ rates }) => rates['server_1'])).toEqual([0, 250, 0]);
    sampler.stop();
  });

  test.each([
    [true, 20, 11],
    [false, 3, 3],
  ])(
    'watched %s: in 20 s it reads the queue about %i times, PostgreSQL %i times',
    async (watched, counts, latency) => {
      const { asked, sampler } = sampled(watched);
      await jest.advanceTimersByTimeAsync(20_000);
      sampler.stop();
      expect(Math.abs(asked.counts - counts)).toBeLessThanOrEqual(1);
      expect(Math.abs(asked.latency - latency)).toBeLessThanOrEqual(1);
    },
  );

  test('without a reader it reads PostgreSQL just as often while payments are made', async () => {
    const { machine, asked, sampler } = sampled(false);
    for (let second = 1; second <= 20; second += 1) {
      machine.beat(report('server_1', { role: 'leading', term: 1, committed: 100 * second }));
      await jest.advanceTimersByTimeAsync(1_000);
    }
    sampler.stop();
    expect(Math.abs(asked.latency - 11)).toBeLessThanOrEqual(1);
    expect(asked.counts).toBeLessThanOrEqual(4);
  });

  test('each latency is in one sample; waiting work is repeated', async () => {
    const { samples, sampler } = sampled(false);
    await jest.advanceTimersByTimeAsync(9_000);
    sampler.stop();
    expect(samples.filter(({ latency }) => latency !== null)).toHaveLength(1);
    expect(samples.slice(1).every(({ queue }) => queue.waiting === 1)).toBe(true);
  });

  test('keeps only 15 minutes of samples and the last pings', async () => {
    const { sampler } = sampled(false);
    for (let ping = 0; ping < PINGS_KEPT + 5; ping += 1)
      sampler.recordPing('server_1', ping % 7 === 0 ? null : ping);
    await jest.advanceTimersByTimeAsync((SAMPLES_KEPT + 20) * 1_000);
    sampler.stop();
    expect(sampler.since(15)).toHaveLength(SAMPLES_KEPT);
    expect(sampler.since(5)).toHaveLength(300);
    expect(sampler.pings['server_1']).toHaveLength(PINGS_KEPT);
    const columns = toColumns(sampler.since(1), ['server_1', 'server_2'], sampler.pings);
    expect(
      [columns.at, columns.committed, columns.p50, columns.replicas['server_2']].map(
        (column) => column?.length,
      ),
    ).toEqual([60, 60, 60, 60]);
  });
});

describe('sent differences', () => {
  test('numbers and moving times are not structure; states, words and terms are', () => {
    const moved = {
      ...REPLICA,
      pingMs: 9,
      committed: 77,
      parcelsInFlight: 3,
      lastSeenAt: '2026-11-21T10:00:00.000Z',
      observedSince: null,
    };
    const same = {
      ...STATUS_NOW,
      at: '2026-11-21T10:00:00.000Z',
      queue: { ...STATUS_NOW.queue, pending: 5 },
      replicas: [moved, ...STATUS_NOW.replicas.slice(1)],
    };
    expect(toStructure(same)).toBe(toStructure(STATUS_NOW));
    const silent = {
      ...STATUS_NOW,
      patients: STATUS_NOW.patients.map((instance) => ({
        ...instance,
        observed: 'suspect' as const,
      })),
    };
    expect(toStructure(silent)).not.toBe(toStructure(STATUS_NOW));
    const other = {
      ...STATUS_NOW,
      replicas: [{ ...REPLICA, observed: 'suspect' as const }, ...STATUS_NOW.replicas.slice(1)],
    };
    expect(toStructure(other)).not.toBe(toStructure(STATUS_NOW));
  });

  test('a sample has only the numbers that changed', () => {
    const first = toNumbers(STATUS_NOW, sampleOf());
    expect(changes(NO_NUMBERS, first, sampleOf()).numbers).toEqual(first);
    const second = toNumbers(
      { ...STATUS_NOW, queue: { ...STATUS_NOW.queue, pending: 4 } },
      sampleOf(),
    );
    expect(
      changes(
        first,
        second,
        sampleOf({ latency: { p50: 1.234, p99: 5 }, pings: { server_1: [1] } }),
      ),
    ).toEqual({
      at: 1,
      rate: 12.5,
      numbers: { 'queue.pending': 4 },
      latency: [1.2, 5],
      pings: { server_1: [1] },
    });
    expect(JSON.stringify(changes(second, second, sampleOf())).length).toBeLessThan(60);
  });
});

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
