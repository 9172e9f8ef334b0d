/** When an alert fires and clears. */
import { ALERT_RULES, type Found } from '../../../../monitor/core/alerts/rules.js';
import {
  CLEAR_MS,
  HOLD_MS,
  listFiring,
  NOTHING_TRACKED,
  trackAlerts,
  type Tracking,
} from '../../../../monitor/core/alerts/tracker.js';

const rule = (name: string): Found['rule'] => {
  const found = ALERT_RULES.find((each) => each.name === name);
  if (!found) throw new Error(`no rule ${name}`);
  return found;
};
const DOWN: Found = { rule: rule('RelevoReplicaDown'), subject: 'server_1', text: 'silent' };
const LEADERLESS: Found = { rule: rule('RelevoNoLeader'), subject: '', text: 'none leads' };

let ids = 0;
const after = (before: Tracking, now: number, ...found: Found[]): Tracking =>
  trackAlerts(before, { found, now, nowMs: 1_000_000 + now, newId: () => `id-${(ids += 1)}` });
const firing = (tracking: Tracking): string[] => listFiring(tracking).map(({ text }) => text);

test('fires after the condition has held, with the time when it was first found', () => {
  const first = after(NOTHING_TRACKED, 0, DOWN);
  expect(firing(first)).toEqual([]);
  expect(firing(after(first, HOLD_MS - 1, DOWN))).toEqual([]);
  const second = after(first, HOLD_MS, DOWN);
  expect(listFiring(second)).toMatchObject([{ subject: 'server_1', sinceMs: 1_000_000 }]);
});

test('a condition that ends before that fires nothing, and later begins anew', () => {
  const short = after(after(NOTHING_TRACKED, 0, DOWN), HOLD_MS - 1);
  expect(short.size).toBe(0);
  expect(firing(after(short, HOLD_MS, DOWN))).toEqual([]);
});

test('clears after the condition has been absent; a gap does not clear', () => {
  const fired = after(after(NOTHING_TRACKED, 0, DOWN), HOLD_MS, DOWN);
  const gap = after(fired, HOLD_MS + 1);
  expect(firing(gap)).toEqual(['silent']);
  const again = after(gap, HOLD_MS + 2, DOWN);
  expect(listFiring(again)[0]?.id).toBe(listFiring(fired)[0]?.id);
  const absent = after(again, 2_000);
  expect(firing(after(absent, 2_000 + CLEAR_MS - 1))).toEqual(['silent']);
  expect(firing(after(absent, 2_000 + CLEAR_MS))).toEqual([]);
});

test('the same alert has a new id when it fires again', () => {
  const fired = after(after(NOTHING_TRACKED, 0, DOWN), HOLD_MS, DOWN);
  const cleared = after(after(fired, 1_000), 1_000 + CLEAR_MS);
  const again = after(after(cleared, 5_000, DOWN), 5_000 + HOLD_MS, DOWN);
  expect(listFiring(again)[0]?.id).not.toBe(listFiring(fired)[0]?.id);
});

test('the most urgent comes first, and the text follows the condition', () => {
  const first = after(after(NOTHING_TRACKED, 0, DOWN), HOLD_MS, DOWN, LEADERLESS);
  const both = after(first, 2 * HOLD_MS, { ...DOWN, text: 'silent still' }, LEADERLESS);
  expect(firing(both)).toEqual(['none leads', 'silent still']);
});
