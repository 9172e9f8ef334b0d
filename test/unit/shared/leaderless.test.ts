/** The time without a leader: one definition for the console, the CLI and the reports. */
import {
  getLeaderlessMs,
  toLeaderlessSteps,
  type HandoverTimes,
} from '../../../shared/core/leaderless.js';

const KILLED: HandoverTimes = {
  workedMs: 1_000,
  suspectedMs: 1_060,
  electedMs: 1_084,
  promotedMs: 1_100,
  reclaimedMs: 1_115,
};
const timeOf = (more: Partial<HandoverTimes>): number | null =>
  getLeaderlessMs(toLeaderlessSteps({ ...KILLED, ...more }));

test('lasts from the last report of the former leader until the take-over, with its detection', () => {
  expect(toLeaderlessSteps(KILLED)).toEqual({
    detectMs: 60,
    voteMs: 24,
    promoteMs: 16,
    reclaimMs: 15,
  });
  expect(timeOf({})).toBe(115);
});

test.each<[string, Partial<HandoverTimes>, number | null]>([
  ['begins with the suspicion when the last report is not known', { workedMs: null }, 55],
  ['begins with the election without a suspicion', { workedMs: null, suspectedMs: null }, 31],
  ['is not known before the new leader was told', { promotedMs: null, reclaimedMs: null }, null],
  ['is not known before the take-over', { reclaimedMs: null }, null],
  ['has no negative step when two clocks differ', { promotedMs: 1_080 }, 119],
])('%s', (_name, times, ms) => expect(timeOf(times)).toBe(ms));
