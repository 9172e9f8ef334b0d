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
  'browser/staff': 90,
  'process/balancer/sessions': 83,
  'process/growth': 75,
  'integration/security/injection': 74,
  'process/bench': 73,
  'process/chaos': 72,
  'browser/pages': 65,
  'process/database-outage': 65,
  'integration/balancer/instance-states': 61,
  'integration/standby/move': 61,
  'process/client': 58,
  'integration/lab/switch-faults': 57,
  'browser/docs': 54,
  'process/storms': 54,
  'process/balancer/rolling': 53,
  'browser/console': 51,
  'integration/lab/ways-out': 51,
  'browser/console-instances': 50,
  'integration/cli/reading-commands': 49,
  'process/balancer/haproxy': 49,
  'integration/lab/link-faults': 46,
  'process/compare': 46,
  'integration/patients/capacity': 44,
  'integration/security/headers': 43,
  'process/monitors': 43,
  'process/frozen-leader': 42,
  'process/rolling-restart': 40,
  'integration/lab/process-faults': 39,
  'process/standby/replicated-record': 39,
  'integration/cli/background': 38,
  'integration/local/up': 38,
  'integration/security/routes': 37,
  'process/balancer/apache': 37,
  'process/balancer/retries': 36,
  'process/postman': 36,
  'integration/balancer/hostile-clients': 33,
  'browser/console-views': 29,
  'integration/patients/backlog': 29,
  'process/queue-failover': 28,
  'process/experiment': 27,
  'process/leader': 27,
  'integration/payments/patience': 26,
  'process/interrupted-run': 26,
  'simulation/protocol': 26,
  'process/queue-outage': 25,
  'process/failover': 24,
  'integration/inspect/search': 23,
  'integration/standby/postgres-cluster': 23,
  'browser/inspect': 22,
  'integration/monitor/monitor': 22,
  'integration/patients/process': 21,
  'integration/local/redis-group': 20,
  'process/engines': 20,
  'browser/hostile': 19,
  'integration/metrics/rules': 19,
  'integration/local/hostile-environment': 18,
  'integration/patients/settled-bills': 18,
  'integration/payments/replica': 18,
  'integration/lab/long-run-memory': 17,
  'integration/patients/restart': 17,
  'process/backup': 17,
  'process/hostile-role': 17,
  'process/patients': 17,
  'integration/backup/refusals': 16,
  'integration/local/system': 16,
  'process/tracing': 16,
  'integration/balancer/engines': 15,
  'integration/cli/commands': 15,
  'integration/metrics/prometheus': 15,
  'integration/monitor/monitors': 14,
  'integration/postgres/following-pool': 13,
  'integration/payments/worker-outage': 12,
  'process/baselines': 12,
  'integration/patients/hashed-codes': 11,
  'integration/patients/held-requests': 11,
  'integration/payments/unwritable': 11,
  'integration/patients/staff-access': 10,
  'integration/payments/unreadable-parcels': 10,
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
