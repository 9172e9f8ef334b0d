/** The table of chaos fits a terminal for any figures. */
import { chaosTable } from '../../../../experiments/report/chaos-table.js';
import type { Trial } from '../../../../experiments/record/result.js';

const SLOW_MS = 123_456;
const trial: Trial = {
  sent: 100_000,
  succeeded: 90_000,
  declined: 10,
  failed: 10,
  pending: 10,
  withinDeadline: 90_000,
  availability: 0.9,
  wilson95: [0.89, 0.91],
  latencyMs: { p50: SLOW_MS, p95: SLOW_MS, p99: SLOW_MS, max: SLOW_MS },
  throughputPerSec: 1,
  faults: [],
  handovers: [{ kind: 'kill', term: 2, totalMs: SLOW_MS }],
  errors: {
    ECONNRESET: 12_345,
    ECONNREFUSED: 12_345,
    UNAVAILABLE: 12_345,
    NO_PATIENTS_INSTANCE: 12_345,
    BACKLOG_FULL: 12_345,
    TIMEOUT: 12_345,
  },
};

test('no line is longer than 80 columns', () => {
  const text = chaosTable(
    {
      name: 'chaos',
      seed: 1,
      commit: 'c',
      startedAt: '',
      durationMs: 1,
      verdict: 'invalid',
      violations: [{ rule: 'charged twice', ids: ['a'.repeat(36), 'b'.repeat(36), 'c'] }],
      objectives: [
        { name: 'availability without retries', target: 0.999, actual: 0.9, met: false },
        { name: 'ms fault → first commit, p99', target: 1_000, actual: SLOW_MS, met: false },
      ],
      systems: [{ system: 'relevo', trials: [trial], total: trial }],
    },
    {
      planned: 100,
      skipped: [
        {
          id: 'f1',
          kind: 'kill',
          target: 'server_1',
          reason: 'the process did not run '.repeat(6),
        },
      ] as never,
      atFirstTry: [80_000],
      operations: 'Operations: 12,345 requests; '.repeat(5),
      unhealed: ['the partition of server_1 could not be healed: '.repeat(3)],
      traffic: [
        {
          mode: 'open',
          sent: 100_000,
          lateSends: 99_999,
          worstLatenessMs: 99_999,
          droppedSends: 9,
        },
      ],
      peakMb: 1_000,
    },
  );
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(text).toContain('NO_PATIENTS_INSTANCE 12345');
});
