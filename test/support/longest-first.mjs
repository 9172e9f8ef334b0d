/**
 * Starts the longest files first, so that none of them runs alone at the end. Jest keeps the
 * durations of the last run; a checkout without a run uses this list.
 */
import { relative, sep } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/**
 * Seconds beside two other workers on two quiet cores, of files that need more than ten; all other
 * files count as one.
 */
const SECONDS = {
  'browser/pages': 92,
  'process/chaos': 89,
  'process/growth': 84,
  'browser/staff': 69,
  'process/bench': 68,
  'process/balancer/sessions': 55,
  'integration/lab/switch-faults': 52,
  'process/compare': 52,
  'integration/cli/commands': 50,
  'integration/lab/ways-out': 47,
  'integration/cli/reading-commands': 45,
  'integration/security/injection': 45,
  'process/frozen-leader': 43,
  'process/monitors': 43,
  'process/storms': 42,
  'integration/lab/link-faults': 41,
  'process/postman': 41,
  'browser/console-views': 39,
  'browser/docs': 38,
  'process/experiment': 38,
  'integration/security/routes': 38,
  'integration/lab/process-faults': 37,
  'process/client': 35,
  'integration/security/headers': 34,
  'integration/cli/background': 31,
  'process/interrupted-run': 31,
  'browser/console': 30,
  'integration/patients/capacity': 30,
  'process/leader': 29,
  'process/queue-outage': 27,
  'integration/payments/patience': 25,
  'browser/inspect': 23,
  'integration/lab/long-run-memory': 20,
  'integration/local/up': 26,
  'process/tracing': 22,
  'process/balancer/rolling': 30,
  'process/rolling-restart': 30,
  'process/failover': 22,
  'integration/local/system': 19,
  'simulation/protocol': 18,
  'process/engines': 17,
  'process/patients': 15,
  'integration/metrics/prometheus': 15,
  'integration/patients/backlog': 15,
  'process/baselines': 14,
  'integration/patients/settled-bills': 13,
  'integration/monitor/monitor': 13,
  'integration/payments/replica': 12,
  'process/hostile-role': 12,
  'integration/payments/worker-outage': 11,
  'integration/lab/disk-full': 10,
};

/** The files in the list, relative to the project's root. */
export const LISTED = Object.keys(SECONDS).map((name) => `test/${name}.test.ts`);

/** The name of a file in the list: `process/chaos` for the file `test/process/chaos.test.ts`. */
const toName = (path, rootDir) =>
  relative(rootDir, path).split(sep).slice(1).join('/').replace('.test.ts', '');

export default class LongestFirst extends Sequencer {
  /** The duration of a file in ms; the base class sorts by it. */
  time(test) {
    const name = toName(test.path, test.context.config.rootDir);
    return super.time(test) ?? (SECONDS[name] ?? 1) * 1_000;
  }
}
