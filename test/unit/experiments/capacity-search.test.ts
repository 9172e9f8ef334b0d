/**
 * The search for a saturation point against systems whose point is known, and the judgement of a
 * step: its limits, its early end, and a late generator.
 */
import { describe, expect, test } from '@jest/globals';
import {
  findSaturation,
  nextRate,
  type SearchRules,
  type StepOutcome,
  type TriedRate,
} from '../../../experiments/capacity/search.js';
import { judgeEndedStep, LATE_MS, RunningStep } from '../../../experiments/capacity/step-judge.js';
import type { LoadRequest } from '../../../experiments/load/figures.js';

const RULES: SearchRules = {
  startPerSec: 20,
  growth: 1.5,
  mostPerSec: 1_000,
  halvings: 3,
  tries: 1,
};

/** Searches a system that passes every rate up to its capacity. */
function search(
  capacity: number,
  rules: Partial<SearchRules> = {},
  refusal: StepOutcome = 'failed',
): TriedRate[] {
  const tried: TriedRate[] = [];
  const all = { ...RULES, ...rules };
  for (let perSec = nextRate(tried, all); perSec !== null; perSec = nextRate(tried, all)) {
    tried.push({ perSec, outcome: perSec <= capacity ? 'passed' : refusal });
    if (tried.length > 100) throw new Error('the search does not end');
  }
  return tried;
}

describe('the search', () => {
  test('grows by the factor, then halves the last interval three times', () => {
    const rates = search(100).map(({ perSec }) => perSec);
    expect(rates).toEqual([20, 30, 45, 67.5, 101.3, 82.7, 91.5, 96.3]);
    expect(findSaturation(search(100))).toMatchObject({
      perSec: 96.3,
      notPassed: { perSec: 101.3, outcome: 'failed' },
    });
  });

  test.each([21, 33, 77, 150, 512])('finds a capacity of %d per second within 6 %%', (capacity) => {
    const { perSec, notPassed } = findSaturation(search(capacity));
    expect(perSec).toBeLessThanOrEqual(capacity);
    expect(notPassed?.perSec).toBeGreaterThan(capacity);
    expect((notPassed?.perSec ?? Infinity) / perSec).toBeLessThan(1.06);
  });

  test('shrinks when the first rate fails, and ends below one user per second', () => {
    expect(findSaturation(search(7)).perSec).toBeGreaterThan(6);
    const none = search(0);
    expect(none.map(({ perSec }) => perSec).at(-1)).toBeGreaterThanOrEqual(1);
    expect(findSaturation(none).perSec).toBe(0);
  });

  test('ends at the highest rate when every rate passes', () => {
    const tried = search(Infinity, { mostPerSec: 50 });
    expect(tried.map(({ perSec }) => perSec)).toEqual([20, 30, 45, 50]);
    expect(findSaturation(tried)).toEqual({ perSec: 50, notPassed: null });
  });

  test('an inconclusive step bounds the search and stays visible as such', () => {
    expect(findSaturation(search(100, {}, 'inconclusive')).notPassed).toEqual({
      perSec: 101.3,
      outcome: 'inconclusive',
    });
  });

  test('a rate that does not pass is tried twice; one stall of the machine is no limit', () => {
    const rules = { ...RULES, tries: 2 };
    expect(search(100, rules).map(({ perSec }) => perSec)).toEqual([
      20, 30, 45, 67.5, 101.3, 101.3, 82.7, 91.5, 96.3,
    ]);
    const stalled: TriedRate[] = [{ perSec: 20, outcome: 'failed' }];
    expect(nextRate(stalled, rules)).toBe(20);
    stalled.push({ perSec: 20, outcome: 'passed' });
    expect(nextRate(stalled, rules)).toBe(30);
    expect(findSaturation(stalled)).toEqual({ perSec: 20, notPassed: null });
  });

  test('a rate fails only when every try failed', () => {
    const tried: TriedRate[] = [
      { perSec: 20, outcome: 'failed' },
      { perSec: 20, outcome: 'inconclusive' },
    ];
    expect(findSaturation(tried).notPassed?.outcome).toBe('inconclusive');
  });

  test('a rate that passes above a failed one does not count', () => {
    const tried: TriedRate[] = [
      { perSec: 20, outcome: 'passed' },
      { perSec: 30, outcome: 'failed' },
      { perSec: 45, outcome: 'passed' },
    ];
    expect(findSaturation(tried)).toEqual({ perSec: 20, notPassed: tried[1] });
  });
});

const toRequest = (user: number, changes: Partial<LoadRequest> = {}): LoadRequest => ({
  user,
  step: 'landing',
  dueMs: user,
  latencyMs: 10,
  error: null,
  ...changes,
});
const STEPS = ['landing', 'form', 'creation', 'validation'] as const;

/** The requests of so many users, all of which succeed. */
const good = (users: number): LoadRequest[] =>
  Array.from({ length: users }, (_, user) => user).flatMap((user) =>
    STEPS.map((step) => toRequest(user, { step })),
  );
const onTime = (users: number): number[] => Array.from({ length: users }, () => 1);
const RECORD = { first: 0, endedEarly: false };

describe('the judgement of a step', () => {
  test('passes at exactly the limits', () => {
    const requests = good(250).map((request, index) => ({
      ...request,
      latencyMs: index < 50 ? 9_000 : 500,
    }));
    expect(judgeEndedStep({ ...RECORD, requests, lateMs: onTime(250) })).toMatchObject({
      outcome: 'passed',
      users: 250,
      requests: 1_000,
      completed: 1_000,
    });
    const slower = requests.map((one, index) => ({ ...one, latencyMs: index < 51 ? 501 : 1 }));
    expect(judgeEndedStep({ ...RECORD, requests: slower, lateMs: onTime(250) }).outcome).toBe(
      'failed',
    );
  });

  test('a failed request also loses the later ones of its user', () => {
    const requests = [
      ...good(250).filter(({ user }) => user > 0),
      toRequest(0, { error: 'HTTP 503' }),
    ];
    expect(judgeEndedStep({ ...RECORD, requests, lateMs: onTime(250) })).toMatchObject({
      outcome: 'failed',
      requests: 1_000,
      completed: 996,
      errors: { 'HTTP 503': 1 },
    });
  });

  test('users of the warm-up do not count', () => {
    const requests = good(10).map((request) =>
      request.user < 4 ? { ...request, latencyMs: 9_000 } : request,
    );
    const judged = judgeEndedStep({ requests, lateMs: onTime(10), first: 4, endedEarly: false });
    expect(judged).toMatchObject({ outcome: 'passed', users: 6, requests: 24 });
  });

  test('a step that ended early never passes, and its stopped users have missed nothing', () => {
    const requests = [toRequest(0), toRequest(1, { error: 'ETIMEDOUT' })];
    const judged = judgeEndedStep({ requests, lateMs: onTime(2), first: 0, endedEarly: true });
    expect(judged).toMatchObject({ outcome: 'failed', requests: 5, completed: 1 });
    const quick = judgeEndedStep({
      ...RECORD,
      requests: good(9),
      lateMs: onTime(9),
      endedEarly: true,
    });
    expect(quick.outcome).toBe('failed');
  });

  test('a late generator makes a step inconclusive, unless it passes', () => {
    const late = onTime(250).map(() => LATE_MS + 1);
    expect(judgeEndedStep({ ...RECORD, requests: good(250), lateMs: late }).outcome).toBe('passed');
    const slow = good(250).map((request) => ({ ...request, latencyMs: 600 }));
    expect(judgeEndedStep({ ...RECORD, requests: slow, lateMs: late }).outcome).toBe(
      'inconclusive',
    );
    expect(judgeEndedStep({ ...RECORD, requests: slow, lateMs: onTime(250) }).outcome).toBe(
      'failed',
    );
  });

  test('a step without an answer fails', () => {
    expect(judgeEndedStep({ ...RECORD, requests: [], lateMs: [] }).outcome).toBe('failed');
  });
});

describe('a running step', () => {
  const addTo = (step: RunningStep, count: number, changes: Partial<LoadRequest>): RunningStep => {
    for (let user = 10; user < 10 + count; user += 1) step.add(toRequest(user, changes));
    return step;
  };

  test('is lost when more than a twentieth of its planned requests are slow', () => {
    expect(addTo(new RunningStep(250, 10), 50, { latencyMs: 501 }).isLost).toBe(false);
    expect(addTo(new RunningStep(250, 10), 51, { latencyMs: 501 }).isLost).toBe(true);
  });

  test('is lost when more than a thousandth of its planned requests cannot succeed', () => {
    expect(addTo(new RunningStep(1_000, 10), 4, { step: 'validation', error: 'x' }).isLost).toBe(
      false,
    );
    expect(addTo(new RunningStep(1_000, 10), 2, { step: 'landing', error: 'x' }).isLost).toBe(true);
  });

  test('ignores the users of the warm-up', () => {
    const step = new RunningStep(10, 10);
    for (let user = 0; user < 10; user += 1) step.add(toRequest(user, { error: 'x' }));
    expect(step.isLost).toBe(false);
  });
});
