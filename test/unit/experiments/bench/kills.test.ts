/** The counts of the benchmark of kills, and its loop with an invented contestant. */
import { describe, expect, test } from '@jest/globals';
import {
  countKillEffects,
  measureKills,
  type Killable,
} from '../../../../experiments/bench/kills/kills.js';

describe('lost and doubled', () => {
  test.each<[number, string[], number, number]>([
    [3, ['a', 'b', 'c'], 0, 0],
    [3, ['a', 'a', 'c'], 1, 1],
    [2, ['a', 'a', 'a', 'b', 'b'], 0, 2],
    [2, [], 2, 0],
  ])('%i payments with the charges %j: %i lost, %i doubled', (payments, charges, lost, doubled) => {
    expect(countKillEffects(payments, charges)).toEqual({ lost, doubled });
  });
});

/** Charges everything at once; `unfinished` payments get their rows when it is revived. */
function invent(unfinished: number): Killable & { kills: number } {
  const charged: string[] = [];
  let rows = 0;
  const one = {
    kills: 0,
    enqueue: async (count: number) => {
      for (let index = 0; index < count; index += 1) charged.push(`${charged.length}`);
      rows = charged.length - unfinished;
    },
    countCharges: async () => charged.length,
    countRows: async () => rows,
    kill: async () => void (one.kills += 1),
    revive: async () => void (rows = charged.length),
    readCharges: async () => charged,
  };
  return one;
}

describe('the loop of kills', () => {
  const wanted = { kills: 3, seed: 1, signal: new AbortController().signal };

  test('adds a portion before each kill and ends when all payments are final', async () => {
    const one = invent(7);
    const { payments, figures } = await measureKills(one, wanted);
    expect({ payments, figures, kills: one.kills }).toEqual({
      payments: 300,
      figures: { kills: 3, lost: 0, doubled: 0, open: 0 },
      kills: 3,
    });
  });

  test('a kill that finds no unfinished payment does not count, and too many are an error', async () => {
    await expect(measureKills(invent(0), wanted)).rejects.toThrow(
      'only 0 of 10 kills found unfinished payments',
    );
  });
});
