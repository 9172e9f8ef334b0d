/**
 * The experiment sessions without a system: the cells that are chosen, what a client does after
 * each answer, and the gates.
 */
import { describe, expect, test } from '@jest/globals';
import type { FlowStep } from '../../../experiments/balancer/flow-steps.js';
import { BillGate, Desks } from '../../../experiments/sessions/gates.js';
import { checkMatrix, toMatrix } from '../../../experiments/sessions/matrix.js';
import { decideNext, type SoFar } from '../../../experiments/sessions/person.js';
import { settleAll } from '../../../experiments/settle.js';
import { splitEvenly } from '../../../experiments/sessions/waves.js';
import { ALL, toStep, LOST, NO_ANSWER } from './sessions-flows.js';

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
