/**
 * The experiment sessions without a system: the cells that are chosen, what a client does after
 * each answer, the gates, the figures of a cell, the judgement, and the reports.
 */
import { describe, expect, test } from '@jest/globals';
import type { FlowStep, FlowStepName } from '../../../experiments/balancer/flow-steps.js';
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
import { BillGate, Desks } from '../../../experiments/sessions/gates.js';
import { checkMatrix, toMatrix, type Cell } from '../../../experiments/sessions/matrix.js';
import { findViolations, sessionsObjectives } from '../../../experiments/sessions/objectives.js';
import { findPaidTwice } from '../../../experiments/sessions/payments.js';
import { decideNext, type SoFar } from '../../../experiments/sessions/person.js';
import { settleAll } from '../../../experiments/settle.js';
import { splitEvenly } from '../../../experiments/sessions/waves.js';

const ALL = { engines: null, affinity: null, stores: null, faults: null, quick: false };

const toStep = (name: FlowStepName, changes: Partial<FlowStep> = {}): FlowStep => ({
  name,
  status: 200,
  instance: 'patients_1',
  startMs: 0,
  durationMs: 10,
  error: null,
  sessionLost: false,
  ...changes,
});
const LOST = { status: 303, error: 'SESSION_LOST', sessionLost: true };
const NO_ANSWER = { status: null, instance: null, error: 'ECONNRESET' };

const toFlow = (changes: Partial<FlowRecord> = {}): FlowRecord => ({
  patient: 1,
  startMs: 1_000,
  busyMs: 100,
  end: 'completed',
  steps: [toStep('form')],
  ...changes,
});

describe('the matrix', () => {
  test('all cells; the rows of a store are together', () => {
    const { rows, faults } = toMatrix(ALL);
    expect(rows.length * faults.length).toBe(84);
    expect(rows.map(({ store }) => store)).toEqual([
      ...Array<string>(6).fill('memory'),
      ...Array<string>(6).fill('redis'),
    ]);
  });

  test('a quick run has few cells, unless others are named', () => {
    const quick = toMatrix({ ...ALL, quick: true });
    expect(quick.rows.every(({ affinity }) => affinity === 'cookie')).toBe(true);
    expect(quick.faults).toEqual(['kill', 'reload']);
    expect(toMatrix({ ...ALL, quick: true, faults: 'drain' }).faults).toEqual(['drain']);
  });

  test('chosen cells in the usual order; an unknown word is refused', () => {
    const words = { ...ALL, engines: 'nginx, haproxy', faults: 'reload,kill' };
    expect(checkMatrix(words)).toBeNull();
    expect(toMatrix(words).faults).toEqual(['kill', 'reload']);
    expect(toMatrix(words).rows[0]).toEqual({
      engine: 'haproxy',
      affinity: 'none',
      store: 'memory',
    });
    expect(checkMatrix({ ...ALL, faults: 'kill,flood' })).toMatch(/--faults .* got "flood"/);
    expect(checkMatrix({ ...ALL, stores: '' })).toMatch(/--stores/);
  });
});

describe('what a client does next', () => {
  const START: SoFar = { losses: 0, identifiesAgain: 1, billsAgain: 0, stepMs: 0, outcome: null };
  test.each<[string, FlowStep, Partial<SoFar>, unknown]>([
    ['goes on', toStep('form'), {}, { kind: 'perform', name: 'identify', pauseMs: 0 }],
    ['ends with the pass', toStep('pass'), {}, { kind: 'end', end: 'completed' }],
    [
      'loads a waiting payment again',
      toStep('payment'),
      { outcome: 'waiting' },
      { kind: 'perform', name: 'payment', pauseMs: 100 },
    ],
    [
      'gives up a payment that stays waiting',
      toStep('payment'),
      { outcome: 'waiting', stepMs: 10_000 },
      { kind: 'end', end: 'NOT_FINAL' },
    ],
    ['opens the pass', toStep('payment'), { outcome: 'succeeded' }, { name: 'pass' }],
    [
      'ends when refused',
      toStep('payment'),
      { outcome: 'refused' },
      { kind: 'end', end: 'REFUSED' },
    ],
    [
      'sends a form again after a pause',
      toStep('pay', NO_ANSWER),
      {},
      { kind: 'perform', name: 'pay', pauseMs: 500 },
    ],
    [
      'gives up after ten seconds',
      toStep('pay', { status: 503, error: 'HTTP 503' }),
      { stepMs: 10_000 },
      { kind: 'end', end: 'HTTP 503' },
    ],
    ['identifies again', toStep('bill', LOST), { losses: 1 }, { kind: 'perform', name: 'form' }],
    ['or not at all', toStep('bill', LOST), { losses: 1, identifiesAgain: 0 }, { kind: 'end' }],
    ['but only once', toStep('pay', LOST), { losses: 2 }, { kind: 'end', end: 'SESSION_LOST' }],
    [
      'opens the payment of a settled bill',
      toStep('pay', { status: null, error: 'NO_FORM' }),
      {},
      { kind: 'open payment' },
    ],
    [
      'opens a changed bill',
      toStep('pay', { status: 409, error: 'HTTP 409' }),
      {},
      { name: 'bill' },
    ],
    [
      'does not repeat what is refused',
      toStep('identify', { status: 422, error: 'HTTP 422' }),
      {},
      { kind: 'end', end: 'HTTP 422' },
    ],
  ])('%s', (_title, step, soFar, next) =>
    expect(decideNext(step, { ...START, ...soFar })).toMatchObject(next as object),
  );
});

describe('gates', () => {
  const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('the bill: reached by enough flows, half pass, then all', async () => {
    const gate = new BillGate(4);
    let passed = 0;
    let reached = false;
    void gate.reached.then(() => (reached = true));
    const enter = (): Promise<void> => gate.pass().then(() => void (passed += 1));
    const first = [enter(), enter(), enter()];
    await turns();
    expect(reached).toBe(false);
    const all = [...first, enter()];
    await turns();
    expect([reached, passed]).toEqual([true, 0]);
    gate.openForHalf();
    await turns();
    expect(passed).toBe(2);
    gate.open();
    await Promise.all([...all, enter()]);
    expect(passed).toBe(5);
  });

  test('the bill: reached by flows that ended before it; none of them waits', async () => {
    const gate = new BillGate(2);
    gate.onEnd();
    gate.onEnd();
    await gate.reached;
    expect(gate.openForHalf()).toBe(0);
  });

  test('desks: as many flows as desks, the next when one leaves; all when opened', async () => {
    const desks = new Desks(1);
    await desks.take();
    let taken = 0;
    const others = [0, 1, 2].map(() => desks.take().then(() => (taken += 1)));
    await turns();
    expect(taken).toBe(0);
    desks.leave();
    await turns();
    expect(taken).toBe(1);
    desks.open();
    await Promise.all(others);
  });

  test('after an error, the others are awaited before it is thrown', async () => {
    let done = false;
    const slow = turns()
      .then(turns)
      .then(() => (done = true));
    await expect(settleAll([Promise.reject(new Error('first')), slow])).rejects.toThrow('first');
    expect(done).toBe(true);
  });

  test('waves have almost equal sizes and every flow once', () =>
    expect(splitEvenly([1, 2, 3, 4, 5], 3)).toEqual([[1, 4], [2, 5], [3]]));
});

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
