/**
 * A monitor's clock jumps. It must notice (`clock:jumped`) and observe for a while instead of acting. The wall clock goes ahead or
 * back, and heals by the opposite jump, which it must notice as well. The monotonic clock only ever goes ahead, as after a suspension
 * of the machine; that is over as soon as it has happened.
 */
import type { Random } from '../../shared/random.js';
import type { Fault } from './fault.js';
import { bringBack, processNames, running } from './processes.js';
import { switchFaults } from './switches.js';

/** From what is noticed for sure (DOUBT_MS is 1 s) to what a wrongly set zone does, ms. */
const LEAST_MS = 2_000;
const MOST_MS = 3_600_000;
const distanceMs = (random: Random): number => LEAST_MS + random.below(MOST_MS - LEAST_MS);

export const clockWall: Fault = {
  kind: 'clock-wall',
  purpose: 'The time of day of a monitor is set, ahead or back: a time server that was wrong, an operator.',
  targets: (laboratory) => processNames(laboratory, 'monitor'),
  inject: async (laboratory, { target, random }) => {
    const monitor = running(laboratory, target);
    const { tokens } = laboratory.system;
    const wallAheadMs = random.pick([-1, 1]) * distanceMs(random);
    await switchFaults(monitor, tokens, { wallAheadMs });
    return async () => {
      await switchFaults(monitor, tokens, {}).catch((error: unknown) => {
        if (monitor.up) throw error;
      });
      await bringBack(monitor);
    };
  },
};

const LONGEST_SLEEP_MS = 60_000;

export const clockMonotonic: Fault = {
  kind: 'clock-monotonic',
  purpose: 'A monitor believes that time has passed in which it did nothing: its machine was suspended or starved.',
  targets: (laboratory) => processNames(laboratory, 'monitor'),
  inject: async (laboratory, { target, random }) => {
    const monotonicLeapMs = LEAST_MS + random.below(LONGEST_SLEEP_MS);
    await switchFaults(running(laboratory, target), laboratory.system.tokens, { monotonicLeapMs });
    return null;
  },
};
