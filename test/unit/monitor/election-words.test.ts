/** The elections in the console: the steps of a hand-over as shares, without idle time. */
import type { Election } from '../../../monitor/http/schemas.js';

type Given = Pick<Election, 'steps' | 'paymentsWaited'>;
/** The compilation of the tests does not include the scripts of the browser. */
const CLIENT = '../../../monitor/console/client/timeline.js';
const { toShares } = (await import(CLIENT)) as {
  toShares: (election: Given) => { word: string; ms: number; share: number }[];
};

const STEPS = { detectMs: 60, voteMs: 24, promoteMs: 16, reclaimMs: 15, firstCommitMs: 29_100 };
const wordsOf = (given: Given): string[] => toShares(given).map(({ word, ms }) => `${word} ${ms}`);

test('idle time until the first payment is no step', () => {
  expect(wordsOf({ steps: STEPS, paymentsWaited: false })).toEqual([
    'detect 60',
    'vote 24',
    'told 16',
    'took over 15',
  ]);
});

test('the first payment is a step when a payment waited, however long it lasts', () => {
  expect(wordsOf({ steps: STEPS, paymentsWaited: true })).toContain('first payment 29100');
});

test('unknown steps have no share, and every other step is visible', () => {
  const shares = toShares({
    steps: { ...STEPS, detectMs: null, voteMs: 0 },
    paymentsWaited: null,
  });
  expect(shares.map(({ word }) => word)).toEqual(['vote', 'told', 'took over']);
  expect(Math.min(...shares.map(({ share }) => share))).toBeGreaterThanOrEqual(2);
});
