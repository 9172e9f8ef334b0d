/** All rows of the experiment zookeeper, in the order of its table. */
import type { MeasurementFault } from './fault.js';
import { FROZEN_LEADER } from './frozen-leader.js';
import { NETWORK_FAULTS } from './network-faults.js';
import { PROCESS_FAULTS } from './process-faults.js';
import { SETTINGS_CHANGED } from './settings-fault.js';

const LAST = 'restarted';

export const MEASUREMENT_FAULTS: readonly MeasurementFault[] = [
  ...PROCESS_FAULTS.filter(({ name }) => name !== LAST),
  ...NETWORK_FAULTS,
  FROZEN_LEADER,
  SETTINGS_CHANGED,
  ...PROCESS_FAULTS.filter(({ name }) => name === LAST),
];

/** The rows whose fault the report describes: the baseline runs these, and the frozen device. */
export const BASELINE_FAULTS: readonly string[] = [
  'none',
  'device-killed',
  'leading-device-killed',
  'follower-killed',
  'leader-killed',
  FROZEN_LEADER.name,
];

/** The rows of `--quick`. */
export const QUICK_FAULTS: readonly string[] = [
  'none',
  'leader-killed',
  'partitioned',
  FROZEN_LEADER.name,
];
