/** Whether a leader makes progress. */
import { describe, expect, test } from '@jest/globals';
import { stalledMs, type Evidence } from '../../../payments/core/progress.js';

const NOTHING: Evidence = { busySinceMs: null, owed: null, progressMs: 0, callMs: 0 };

describe('progress', () => {
  test.each<[string, Partial<Evidence>, number | null]>([
    ['without work there is no stall', {}, null],
    ['work in flight counts from its beginning', { busySinceMs: 4_000 }, 6_000],
    ['... or from the last progress', { busySinceMs: 4_000, progressMs: 9_000 }, 1_000],
    [
      'work that waits although nothing is in flight counts too',
      { owed: { sinceMs: 3_000, seenMs: 9_500 } },
      7_000,
    ],
    [
      'work found before the last progress proves nothing',
      { owed: { sinceMs: 3_000, seenMs: 8_000 }, progressMs: 9_000 },
      null,
    ],
    [
      'an empty parcel does not hide waiting work',
      { busySinceMs: 9_900, owed: { sinceMs: 3_000, seenMs: 9_500 } },
      7_000,
    ],
    ['a call to the gateway within its time is no fault', { busySinceMs: 4_000, callMs: 8_000 }, 0],
  ])('%s', (_name, evidence, expected) =>
    expect(stalledMs({ ...NOTHING, ...evidence }, 10_000)).toBe(expected),
  );
});
