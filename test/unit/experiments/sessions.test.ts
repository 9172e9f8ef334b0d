/**
 * The experiment sessions without a system: the figures of a cell, the judgement, and the reports.
 */
import { describe, expect, test } from '@jest/globals';
import type { ExperimentResult } from '../../../experiments/record/result.js';
import type { RunRecord } from '../../../experiments/record/run-record.js';
import { flowEvents } from '../../../experiments/report/facts/flow-events.js';
import { sessionsPage } from '../../../experiments/report/page/sessions.js';
import { sessionsSummary } from '../../../experiments/report/sessions-summary.js';
import { sessionsTable } from '../../../experiments/report/sessions-table.js';
import {
  findMedianMs,
  isFailedRequest,
  toCellFigures,
  type CellFigures,
  type FlowRecord,
  type SessionsFigures,
} from '../../../experiments/sessions/figures.js';
import { toMatrix, type Cell } from '../../../experiments/sessions/matrix.js';
import { findViolations, sessionsObjectives } from '../../../experiments/sessions/objectives.js';
import { findPaidTwice } from '../../../experiments/sessions/payments.js';
import { ALL, toStep, LOST, NO_ANSWER } from './sessions-flows.js';

const toFlow = (changes: Partial<FlowRecord> = {}): FlowRecord => ({
  patient: 1,
  startMs: 1_000,
  busyMs: 100,
  end: 'completed',
  steps: [toStep('form')],
  ...changes,
});

/** A whole matrix of equal cells. */
function makeUp(changes: Partial<CellFigures> = {}): SessionsFigures {
  const matrix = toMatrix(ALL);
  const cells = matrix.rows.flatMap((row) =>
    matrix.faults.map((fault) => ({
      ...row,
      fault,
      flows: 1_000,
      completed: 1_000,
      underFault: 900,
      lostSessions: 0,
      // The control loses some.
      lostFlows: row.store === 'memory' ? 5 : 0,
      requests: 12_000,
      failedRequests: 1_000,
      paidTwice: [],
      longestExtraMs: 12_345,
      durationMs: 4_000,
      events: [{ atMs: 1_500, what: 'patients_1 killed' }],
      stories: [toFlow({ steps: [toStep('form', { startMs: 1_400, durationMs: 700 })] })],
      ...changes,
    })),
  );
  return { matrix, systems: 2, medianMs: matrix.rows.map(() => 100), cells };
}

describe('figures', () => {
  const CELL: Cell = { engine: 'nginx', affinity: 'cookie', store: 'redis', fault: 'kill' };
  const twice = toFlow({ end: 'SESSION_LOST', busyMs: 300, steps: [toStep('bill', LOST)] });
  const again = toFlow({
    busyMs: 900,
    steps: [toStep('pay', NO_ANSWER), toStep('bill', LOST), toStep('pass')],
  });
  const outcome = { events: [], paidTwice: [], durationMs: 5 };

  test('a flow that lost its session is lost, also when it completes', () => {
    const flows = [toFlow(), again, twice, toFlow({ busyMs: 50 })];
    expect(toCellFigures(CELL, { flows, ...outcome }, 100)).toMatchObject({
      flows: 4,
      completed: 3,
      lostSessions: 2,
      lostFlows: 2,
      requests: 6,
      failedRequests: 1,
      longestExtraMs: 800,
      // The flow without a pass is first, although it was faster.
      stories: [twice, again],
    });
  });

  test('a flow ended after the fault began when its last step did', () => {
    const flows = [900, 1_100].map((startMs) => toFlow({ steps: [toStep('pass', { startMs })] }));
    const events = [{ atMs: 1_000, what: 'patients_1 killed' }];
    expect(toCellFigures(CELL, { ...outcome, flows, events }, 100).underFault).toBe(1);
    expect(toCellFigures(CELL, { ...outcome, flows }, 100).underFault).toBe(0);
  });

  test('no lost flow: the slowest one is the story; no median: no extra wait', () => {
    const flows = [toFlow(), toFlow({ busyMs: 200 })];
    const figures = toCellFigures(CELL, { flows, ...outcome }, null);
    expect(figures).toMatchObject({ lostFlows: 0, longestExtraMs: null, stories: [flows[1]] });
  });

  test('the median: of undisturbed flows only, and of enough of them', () => {
    const good = [1, 2, 3, 4, 5].map((busyMs) => toFlow({ busyMs }));
    expect(findMedianMs([...good, again, twice])).toBe(3);
    expect(findMedianMs([...good.slice(1), again])).toBeNull();
  });

  test.each([
    [NO_ANSWER, true],
    [{ status: 503, error: 'HTTP 503' }, true],
    [{ status: 429, error: 'HTTP 429' }, true],
    [{ status: 409, error: 'HTTP 409' }, false],
    [{ status: null, error: 'NO_FORM' }, false],
    [LOST, false],
    [{}, false],
  ])('%j is a failed request: %p', (changes, failed) =>
    expect(isFailedRequest(toStep('pay', changes))).toBe(failed),
  );
});

describe('the judgement', () => {
  const due = new Map([
    ['a', 100],
    ['b', 100],
    ['c', 100],
  ]);

  test('two payments, or more than was due, are found; one payment of the bill is not', () => {
    const payments = [
      { patientId: 'a', amountMinor: 100 },
      { patientId: 'b', amountMinor: 50 },
      { patientId: 'b', amountMinor: 50 },
      { patientId: 'c', amountMinor: 101 },
      { patientId: 'unknown', amountMinor: 1 },
    ];
    expect(findPaidTwice(payments, due)).toEqual(['b', 'c', 'unknown']);
    expect(findPaidTwice(payments.slice(0, 1), due)).toEqual([]);
  });

  test('a lost flow misses the objective only with cookie and Redis, unless Redis was killed', () => {
    const missed = makeUp({ lostFlows: 1 })
      .cells.filter((cell) => sessionsObjectives([cell]).some(({ met }) => !met))
      .map(({ affinity, store, fault }) => `${affinity} ${store} ${fault}`);
    const kept = ['kill', 'freeze', 'drain', 'maint', 'restart', 'reload'];
    expect(new Set(missed)).toEqual(new Set(kept.map((fault) => `cookie redis ${fault}`)));
    expect(missed).toHaveLength(18);
  });

  test('a fault after the flows, and a control that loses nothing, miss their objectives', () => {
    const findMissed = (changes: Partial<CellFigures>): string[] =>
      sessionsObjectives(makeUp(changes).cells).flatMap(({ met, name }) => (met ? [] : [name]));
    expect(findMissed({})).toEqual([]);
    expect(findMissed({ underFault: 249 })).toEqual([
      'flows that ended after the fault began, fewest of a cell',
    ]);
    expect(findMissed({ lostFlows: 0 })).toEqual([
      'control, sessions in memory when instances end: flows lost',
    ]);
    expect(findMissed({ lostFlows: 0, flows: 10 })).toEqual([]);
  });

  test('a bill that was paid twice misses the objective in any cell, and is a violation', () => {
    const { cells } = makeUp();
    const [first] = cells;
    if (!first) throw new Error('no cell');
    const planted = [{ ...first, paidTwice: ['someone'] }, ...cells.slice(1)];
    expect(sessionsObjectives(cells).every(({ met }) => met)).toBe(true);
    expect(sessionsObjectives(planted).filter(({ met }) => !met)).toEqual([
      { name: 'bills paid twice in all cells', target: 0, actual: 1, met: false },
    ]);
    expect(findViolations(planted)).toEqual([
      { rule: 'paid twice: haproxy, no affinity, memory: kill', ids: ['someone'] },
    ]);
    expect(findViolations(cells)).toEqual([]);
  });
});

describe('reports', () => {
  const figures = makeUp({ lostFlows: 1_000, completed: 999 });
  const result = {
    name: 'sessions',
    seed: 1,
    commit: 'abc',
    startedAt: '2026-11-28T00:00:00Z',
    durationMs: 1,
    verdict: 'valid',
    violations: [],
    objectives: sessionsObjectives(figures.cells),
    systems: [],
  } as ExperimentResult;
  const machine = { cpu: 'x', cores: 2, memoryGb: 8, os: 'Linux', versions: {} };
  const journal: RunRecord = {
    result,
    command: 'npm run experiment -- sessions',
    deadlineMs: 0,
    machine,
    plan: null,
    systems: [],
  };

  test('the table fits 80 columns', () => {
    const lines = sessionsTable(figures, result).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(lines).toContain('Objectives met: 3 of 21');
    expect(
      lines.filter((line) => line.startsWith('balancer')).every((line) => /reload$/.test(line)),
    ).toBe(true);
  });

  test('every cell of the heat map links to its stories', () => {
    const page = sessionsPage(journal, figures);
    const links = [...page.matchAll(/class="heat[^>]*><a href="#(cell-[^"]+)"/g)].map(
      ([, id]) => id,
    );
    expect(new Set(links).size).toBe(84);
    for (const id of links) expect(page).toContain(`id="${id}"`);
    expect(page).toContain('patients_1 killed');
  });

  test('the summary has each table', () =>
    expect(sessionsSummary(journal, figures).match(/\| balancer \|/g)).toHaveLength(4));

  test('a story: steps and events in order; an event after its end is not part of it', () => {
    const steps = [
      toStep('form', { startMs: 1_000 }),
      toStep('identify', { startMs: 1_300, ...NO_ANSWER }),
    ];
    const events = flowEvents({ startMs: 1_000, steps }, [
      { atMs: 1_200, what: 'patients_1 killed' },
      { atMs: 5_000, what: 'patients_1 started again' },
    ]);
    expect(events).toEqual([
      { atMs: 0, by: 'client', what: 'form · at patients_1 · HTTP 200 · 10 ms' },
      { atMs: 200, by: 'fault', what: 'patients_1 killed' },
      { atMs: 300, by: 'client', what: 'identify · no instance · ECONNRESET · 10 ms' },
    ]);
  });
});
