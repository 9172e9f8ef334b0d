import { nextBackoffMs } from '../../../local/processes/backoff.js';

describe('nextBackoffMs', () => {
  it('doubles from 200 ms to 5 s while the process keeps crashing', () => {
    const pauses: number[] = [];
    for (let previous: number | null = null; pauses.length < 8; previous = pauses.at(-1) ?? null)
      pauses.push(nextBackoffMs(previous, 0));
    expect(pauses).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  });

  it.each([
    [5000, 9_999, 5000],
    [5000, 10_000, 200],
    [800, 60_000, 200],
  ])(
    'after a pause of %i ms and a run of %i ms, the next pause is %i ms',
    (previous, ranMs, expected) => {
      expect(nextBackoffMs(previous, ranMs)).toBe(expected);
    },
  );
});
