/** The texts of the console about the end of a maintenance window. */
interface Effect {
  words: readonly string[];
  isPossible: boolean;
}

interface Texts {
  describeUntil: (until: string | null | undefined, now: number) => string;
  addReturn: (effect: Effect, at: number | null, now: number) => Effect;
}

const FILE = '../../../monitor/console/client/maintenance.js';
const { describeUntil, addReturn } = (await import(FILE)) as Texts;

const NOW = new Date(2026, 10, 30, 12, 0, 0).getTime();
const EFFECT = { words: ['No payment waits.'], isPossible: true };
const inMs = (ms: number): string => new Date(NOW + ms).toISOString();

test('the end is a time of today, or a date with a time; without an end there is no text', () => {
  expect(describeUntil(inMs(9_000_000), NOW)).toMatch(/^ until 14:30:00$/);
  expect(describeUntil(inMs(86_400_000), NOW)).toMatch(/^ until .*2026.* 12:00:00$/);
  for (const none of [null, undefined, '']) expect(describeUntil(none, NOW)).toBe('');
});

test('the preview names the end, and refuses a time out of range', () => {
  expect(addReturn(EFFECT, null, NOW)).toEqual(EFFECT);
  const { words, isPossible } = addReturn(EFFECT, NOW + 2_700_000, NOW);
  expect([isPossible, words[0], words.length]).toEqual([true, 'No payment waits.', 2]);
  expect(words[1]).toMatch(/^At .+12:45:00, in 45 min, the monitors return it to ready/);
  for (const at of [NOW + 4_999, NOW - 1, NOW + 7 * 86_400_000 + 1, Number.NaN])
    expect(addReturn(EFFECT, at, NOW)).toMatchObject({ isPossible: false });
});

test('an action that is refused stays refused, and has no end', () => {
  const refused = { words: ['This is refused.'], isPossible: false };
  expect(addReturn(refused, NOW + 60_000, NOW)).toEqual(refused);
});
