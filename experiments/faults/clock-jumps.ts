/**
 * Makes the clock of a monitor jump. The monitor must detect the jump (`clock:jumped`) and must
 * only observe for a while instead of acting. The wall clock jumps forward or back; the heal is the
 * opposite jump, which the monitor must detect as well. The monotonic clock only jumps forward, as
 * after a suspension of the machine; that fault has no heal.
 */
import type { Random } from '../../shared/random.js';
import type { FaultDefinition } from './fault.js';
import { startAgain, processNames, getRunning } from './processes.js';
import { switchFaults } from './switches.js';

/**
 * From a jump that is detected for certain (DOUBT_MS is 1 s) to the error of a wrongly set time
 * zone, ms.
 */
const LEAST_MS = 2_000;
const MOST_MS = 3_600_000;
const distanceMs = (random: Random): number => LEAST_MS + random.below(MOST_MS - LEAST_MS);

export const clockWall: FaultDefinition = {
  kind: 'clock-wall',
  purpose:
    'The time of day of a monitor is set forward or back: by a wrong time server or by an operator.',
  targets: (cluster) => processNames(cluster, 'monitor'),
  inject: async (cluster, { target, random }) => {
    const monitor = getRunning(cluster, target);
    const { tokens } = cluster.system;
    const wallAheadMs = random.pick([-1, 1]) * distanceMs(random);
    await switchFaults(monitor, tokens, { wallAheadMs });
    return async () => {
      await switchFaults(monitor, tokens, {}).catch((error: unknown) => {
        if (monitor.up) throw error;
      });
      await startAgain(monitor);
    };
  },
};

const LONGEST_SLEEP_MS = 60_000;

export const clockMonotonic: FaultDefinition = {
  kind: 'clock-monotonic',
  purpose:
    'A monitor measures a gap in which it did nothing: its machine was suspended or starved of CPU.',
  targets: (cluster) => processNames(cluster, 'monitor'),
  inject: async (cluster, { target, random }) => {
    const monotonicLeapMs = LEAST_MS + random.below(LONGEST_SLEEP_MS);
    await switchFaults(getRunning(cluster, target), cluster.system.tokens, { monotonicLeapMs });
    return null;
  },
};
