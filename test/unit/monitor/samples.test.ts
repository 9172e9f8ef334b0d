/** The data of the console: a sample per second, and the differences that are sent. */
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
