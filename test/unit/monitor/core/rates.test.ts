/**
 * Payments per second from counters that restart with each life, and the steps of a hand-over from
 * its marks.
 */
import { toRates, toTallies, sumRates } from '../../../../monitor/core/rates.js';
import { toSteps } from '../../../../monitor/core/steps.js';
import { report, watching } from '../support.js';

const tally = (bootId: string, committed: number) => ({ bootId, committed });

test.each([
  ['the same life', tally('a', 100), tally('a', 350), 1_000, 250],
  ['twice the time', tally('a', 100), tally('a', 350), 2_000, 125],
  ['another life begins at 0', tally('a', 900), tally('b', 30), 1_000, 30],
  ['heard for the first time: nothing to compare with', undefined, tally('a', 900), 1_000, 0],
  ['no time has passed', tally('a', 1), tally('a', 2), 0, 0],
  ['a counter that falls within a life is no rate', tally('a', 9), tally('a', 2), 1_000, 0],
])('%s', (_name, before, after, elapsedMs, rate) => {
  expect(toRates(before ? { server_1: before } : {}, { server_1: after }, elapsedMs)).toEqual({
    server_1: rate,
  });
});

test('the tallies are the last reports of the replicas; the total is their sum', () => {
  const machine = watching();
  machine.beat(report('server_2', { committed: 7 }));
  expect(toTallies(machine.state)).toMatchObject({
    server_1: { committed: 0 },
    server_2: { bootId: 'server_2-a', committed: 7 },
  });
  expect(sumRates({ server_1: 0.1, server_2: 0.2 })).toBe(0.3);
});

describe('the steps of a hand-over', () => {
  const at = (ms: number): Date => new Date(1_000_000 + ms);
  const marks = {
    workedAt: at(-60),
    suspectedAt: at(0),
    electedAt: at(12),
    promotedAt: at(15),
    reclaimedAt: at(19),
    firstCommitAt: at(40),
  };

  test('follow each other', () =>
    expect(toSteps(marks)).toEqual({
      detectMs: 60,
      voteMs: 12,
      promoteMs: 3,
      reclaimMs: 4,
      firstCommitMs: 21,
    }));

  test('are null for steps that have not finished', () => {
    expect(
      toSteps({ ...marks, suspectedAt: null, reclaimedAt: null, firstCommitAt: null }),
    ).toEqual({
      detectMs: null,
      voteMs: null,
      promoteMs: 3,
      reclaimMs: null,
      firstCommitMs: null,
    });
  });

  test('two clocks that differ cause no negative step', () =>
    expect(toSteps({ ...marks, promotedAt: at(11) }).promoteMs).toBe(0));
});
