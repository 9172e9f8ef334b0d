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
  'process/growth': 77,
  'process/chaos': 76,
  'browser/staff': 71,
  'browser/pages': 60,
  'process/balancer/sessions': 55,
  'integration/lab/switch-faults': 47,
  'process/compare': 47,
  'process/bench': 41,
  'process/frozen-leader': 41,
  'integration/security/injection': 40,
  'process/balancer/haproxy': 40,
  'process/monitors': 40,
  'integration/lab/link-faults': 38,
  'process/balancer/apache': 35,
  'process/postman': 33,
  'integration/cli/reading-commands': 32,
  'integration/lab/ways-out': 32,
  'integration/security/headers': 32,
  'process/storms': 32,
  'browser/console': 30,
  'process/balancer/rolling': 30,
  'browser/docs': 29,
  'integration/cli/commands': 29,
  'integration/patients/capacity': 29,
  'process/rolling-restart': 28,
  'integration/lab/process-faults': 27,
  'browser/console-views': 24,
  'integration/payments/patience': 24,
  'integration/cli/background': 22,
  'simulation/protocol': 22,
  'process/experiment': 21,
  'process/leader': 21,
  'process/tracing': 21,
  'process/queue-outage': 20,
  'browser/console-instances': 19,
  'browser/hostile': 19,
  'integration/local/up': 19,
  'integration/patients/settled-bills': 19,
  'process/failover': 19,
  'process/interrupted-run': 19,
  'process/client': 18,
  'integration/local/system': 16,
  'process/balancer/retries': 16,
  'process/engines': 16,
  'integration/monitor/monitor': 15,
  'integration/patients/backlog': 15,
  'browser/inspect': 14,
  'integration/lab/long-run-memory': 14,
  'integration/metrics/prometheus': 14,
  'integration/payments/replica': 13,
  'integration/balancer/instance-states': 12,
  'integration/monitor/monitors': 12,
  'integration/payments/worker-outage': 12,
  'integration/inspect/search': 11,
  'integration/security/routes': 11,
  'process/baselines': 11,
  'integration/patients/process': 10,
  'integration/patients/restart': 10,
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
