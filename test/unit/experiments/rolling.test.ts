/** The figures and objectives of the experiment rolling, from made-up records. */
import { describe, expect, test } from '@jest/globals';
import type { RestartStep, StepRecord } from '../../../shared/contracts/rolling-restart.js';
import type { RequestRecord } from '../../../experiments/record/history.js';
import { measureRestart, toWindows } from '../../../experiments/rolling/figures.js';
import { rollingObjectives } from '../../../experiments/rolling/objectives.js';
import type { RestartDone } from '../../../experiments/rolling/restart-under-load.js';
import type { SessionFigures } from '../../../experiments/rolling/visitors.js';

const START_MS = Date.UTC(2026, 0, 1);
const CHARGE_MS = 20;
const at = (ms: number): string => new Date(START_MS + ms).toISOString();

const toRecord = (
  kind: RestartStep['kind'],
  name: string,
  [fromMs, toMs]: readonly [number, number],
): StepRecord => ({
  name,
  kind,
  does: 'restart',
  expectedMs: 1,
  deadlineMs: 1,
  state: 'done',
  startedAt: at(fromMs),
  endedAt: at(toMs),
  problem: null,
});

/** @param waitMs without the charge. */
const paid = (dueMs: number, waitMs: number): RequestRecord => ({
  trial: 1,
  key: `k${dueMs}`,
  intendedMs: START_MS + dueMs,
  sentMs: START_MS + dueMs,
  answeredMs: START_MS + dueMs + waitMs + CHARGE_MS,
  httpStatus: 201,
  status: 'SUCCEEDED',
  paymentId: `p${dueMs}`,
  term: 1,
  error: null,
  instance: 'x',
  tries: 1,
  earlierErrors: [],
});

const done = {
  record: {
    id: 'r',
    actor: 'operator',
    reason: 'test',
    state: 'done',
    startedAt: at(2_000),
    endedAt: at(5_000),
    steps: [
      toRecord('instance', 'patients_1', [2_000, 3_000]),
      toRecord('replica', 'server_1', [3_000, 4_000]),
      toRecord('replica', 'server_2', [4_000, 5_000]),
    ],
  },
  requests: [
    paid(100, 10),
    paid(200, 10),
    paid(300, 15),
    paid(2_500, 40),
    paid(3_900, 200),
    paid(6_000, 900),
  ],
} as unknown as RestartDone;

const SESSIONS: SessionFigures = {
  views: 10,
  failedViews: 0,
  longestViewMs: 1,
  flows: 10,
  failedFlows: 0,
  longestFlowMs: 1,
  lostSessions: 0,
  problems: [],
};

describe('the figures of a restart', () => {
  const figures = measureRestart(done, 0, () => CHARGE_MS);

  test('the longest extra wait is counted from the median of the calm, without the charge', () => {
    expect(figures).toMatchObject({ isDone: true, tookMs: 3_000, payments: 6, extraMs: 190 });
    expect(figures.calmExtraMs).toBe(5);
  });

  test('a payment counts in each step in which it was open', () => {
    expect(figures.steps).toMatchObject([
      { label: 'instance', extraMs: 30 },
      { label: 'standby', extraMs: 190 },
      { label: 'leader', extraMs: 190 },
    ]);
  });

  test('the steps are windows on the time axis', () => {
    expect(toWindows(done, 3)[0]).toEqual({
      trial: 3,
      kind: 'restart of instance',
      target: 'patients_1',
      atMs: START_MS + 2_000,
      healedMs: START_MS + 3_000,
    });
  });
});

describe('the objectives', () => {
  const figures = measureRestart(done, 0, () => CHARGE_MS);
  const listMissed = (...options: Parameters<typeof rollingObjectives>): string[] =>
    rollingObjectives(...options)
      .filter(({ met }) => !met)
      .map(({ name }) => name);

  test('are met without a failure', () => expect(listMissed([figures], SESSIONS, 1)).toEqual([]));

  test('each failure misses its own', () => {
    const bad = { ...SESSIONS, failedViews: 1, failedFlows: 1, lostSessions: 1 };
    expect(listMissed([{ ...figures, failed: 1, isDone: false }], bad, 1)).toEqual([
      'restarts after which every process was back',
      'payments that failed',
      'views that failed',
      'flows that failed',
      'sessions that were lost',
    ]);
  });
});
