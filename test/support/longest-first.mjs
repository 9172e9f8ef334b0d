/**
 * Starts the longest files first, so that none of them runs alone at the end. Jest keeps the
 * durations of the last run; a checkout without a run uses this list.
 */
import { relative, sep } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** Seconds on two quiet cores, of files that need more than ten; all other files count as one. */
const SECONDS = {
  'simulation/mutants': 150,
  'integration/lab/million-payments': 110,
  'process/growth': 90,
  'process/chaos': 85,
  'process/postman': 75,
  'process/compare': 65,
  'process/experiment': 60,
  'process/bench': 55,
  'integration/cli/commands': 45,
  'browser/pages': 45,
  'integration/lab/ways-out': 40,
  'integration/lab/switch-faults': 40,
  'process/frozen-leader': 40,
  'browser/staff': 40,
  'integration/security/injection': 35,
  'process/storms': 35,
  'process/monitors': 35,
  'simulation/protocol': 30,
  'browser/console': 30,
  'integration/lab/link-faults': 25,
  'integration/lab/process-faults': 25,
  'process/failover': 25,
  'process/engines': 25,
  'integration/local/up': 25,
  'integration/metrics/rules': 25,
  'integration/payments/patience': 25,
  'integration/patients/settled-bills': 20,
  'integration/patients/capacity': 20,
  'integration/security/routes': 20,
  'integration/cli/background': 20,
  'browser/console-views': 20,
  'browser/docs': 20,
  'process/tracing': 20,
  'process/queue-outage': 20,
  'process/client': 20,
  'process/leader': 15,
  'process/patients': 15,
  'integration/local/system': 15,
  'integration/monitor/monitor': 15,
  'integration/metrics/prometheus': 15,
  'integration/payments/worker-outage': 15,
  'process/baselines': 12,
  'integration/patients/backlog': 12,
  'integration/lab/queue-faults': 12,
  'integration/metrics/exposition': 12,
};

/** The files in the list, relative to the project's root. */
export const LISTED = Object.keys(SECONDS).map((name) => `test/${name}.test.ts`);

/** The name in the list of a file such as `/work/test/process/chaos.test.ts`: `process/chaos`. */
const toName = (path, rootDir) =>
  relative(rootDir, path).split(sep).slice(1).join('/').replace('.test.ts', '');

export default class LongestFirst extends Sequencer {
  /** The duration of a file in ms; the base class sorts by it. */
  time(test) {
    const name = toName(test.path, test.context.config.rootDir);
    return super.time(test) ?? (SECONDS[name] ?? 1) * 1_000;
  }
}
