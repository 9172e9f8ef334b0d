/**
 * The fault switches of a service: set values, omitted values, and the answer that precedes the
 * block.
 */
import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../../../shared/clock.js';
import {
  blockEventLoop,
  FaultSwitches,
  LONGEST_BLOCK_MS,
  serviceFaults,
  SteerableClock,
} from '../../../shared/fault-switches.js';

const STOPPED: Clock = { now: () => 1_000, wall: () => new Date(5_000) };
const atOnce = (then: () => void): void => then();

describe('a clock that can be steered', () => {
  test('shows the real time until it is steered', () => {
    const clock = new SteerableClock(STOPPED);
    expect([clock.now(), clock.wall().getTime()]).toEqual([1_000, 5_000]);
  });

  test('the wall clock follows the last offset, and is right again when healed', () => {
    const clock = new SteerableClock(STOPPED);
    const switches = new FaultSwitches(clock);
    switches.set({ wallAheadMs: 700 }, atOnce);
    expect(clock.wall().getTime()).toBe(5_700);
    switches.set({ wallAheadMs: -700 }, atOnce);
    expect([clock.now(), clock.wall().getTime()]).toEqual([1_000, 4_300]);
    switches.set({}, atOnce);
    expect(clock.wall().getTime()).toBe(5_000);
  });

  test('the monotonic clock jumps forward at each command and never moves back', () => {
    const clock = new SteerableClock(STOPPED);
    const switches = new FaultSwitches(clock);
    switches.set({ monotonicLeapMs: 300 }, atOnce);
    switches.set({ monotonicLeapMs: 50 }, atOnce);
    switches.set({}, atOnce);
    expect([clock.now(), clock.wall().getTime()]).toEqual([1_350, 5_000]);
  });
});

describe('the switches', () => {
  test('an omitted switch is off', () => {
    const switches = new FaultSwitches(null);
    switches.set({ wallAheadMs: 5 }, atOnce);
    switches.set({ blockMs: 0 }, atOnce);
    expect(switches.get()).toEqual({ blockMs: 0, wallAheadMs: 0, monotonicLeapMs: 0 });
  });

  test('a block begins after the answer and stops everything else', () => {
    const switches = new FaultSwitches(null);
    let later = (): void => undefined;
    // The longest block is not waited for; a short one shows that the callback blocks.
    const began = performance.now();
    switches.set({ blockMs: LONGEST_BLOCK_MS }, () => undefined);
    expect(performance.now() - began).toBeLessThan(LONGEST_BLOCK_MS);
    switches.set({ blockMs: 100 }, (then) => (later = then));
    const blockedAt = performance.now();
    later();
    expect(performance.now() - blockedAt).toBeGreaterThanOrEqual(99);
  });

  test('a block prevents timers from firing', async () => {
    let fired = false;
    setTimeout(() => (fired = true), 1);
    blockEventLoop(30);
    expect(fired).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(fired).toBe(true);
  });

  test.each([
    { blockMs: 5_001 },
    { blockMs: -1 },
    { monotonicLeapMs: -1 },
    { wallAheadMs: 1.5 },
    { unknown: 1 },
  ])('%j is refused', (body) => {
    expect(serviceFaults.safeParse(body).success).toBe(false);
  });
});
