/**
 * Schedules that once found a bug in the system itself, shrunk and stored as data, so that they do
 * not depend on how seeds become schedules. `without` restores the bug: the control shows that the
 * schedule still finds it. The control also removes guards that were added later and heal the same
 * harm.
 */
import type { SimulatedFault } from './faults.js';
import { NeverUnblocks, TrustsTheCount } from './mutants/faulty-machines.js';
import type { Rules } from './rules.js';
import type { PaymentPlan } from './draw-payments.js';
import type { SimulatedSchedule } from './schedule.js';

export interface Regression {
  readonly what: string;
  readonly schedule: SimulatedSchedule;
  readonly without: Partial<Rules>;
}

const pays = (atMs: number, key: string, patientId: string, twice = false): PaymentPlan => ({
  atMs,
  key,
  patientId,
  instance: 0,
  twice,
});
const fault = (
  kind: SimulatedFault['kind'],
  atMs: number,
  forMs: number,
  target: string,
  other = '',
  amount = 0,
): SimulatedFault => ({
  kind,
  atMs,
  forMs,
  target,
  other,
  amount,
});

export const REGRESSIONS: readonly Regression[] = [
  {
    what: 'a leader that stood down, was refused and is elected again fetches with a free worker',
    without: {
      replacesHeldWorker: false,
      renewsWorker: false,
      stalledMs: () => null,
      newRelay: (rules) => new TrustsTheCount(rules),
    },
    schedule: {
      seed: 17_257,
      luck: 378,
      replicas: 2,
      monitors: 1,
      patients: 1,
      horizonMs: 989,
      declined: 0,
      monitorsEnd: false,
      payments: [
        pays(248, 'key-1', 'patient-1'),
        pays(251, 'key-2', 'patient-1'),
        pays(264, 'key-3', 'patient-1', true),
        pays(278, 'key-4', 'patient-2'),
      ],
      faults: [
        fault('slow', 330, 411, 'gateway', '', 121),
        fault('kill', 687, 53, 'leader'),
        fault('restart-empty', 368, 46, 'redis'),
        fault('hand-over', 359, 0, 'server_1', 'monitor_1'),
        fault('hand-over', 520, 0, 'server_2', 'monitor_1', 1),
        fault('slow', 256, 300, 'postgres', '', 253),
      ],
    },
  },
  {
    what: 'a payment that became final by a statement with a lost answer does not block its patient',
    without: { newLine: (options) => new NeverUnblocks(options) },
    schedule: {
      seed: 20_014_570,
      luck: 5,
      replicas: 2,
      monitors: 1,
      patients: 1,
      horizonMs: 793,
      declined: 0,
      monitorsEnd: false,
      payments: [pays(219, 'key-2', 'patient-1'), pays(232, 'key-4', 'patient-1')],
      faults: [
        fault('slow', 192, 300, 'postgres', '', 772),
        fault('lock-row', 245, 482, 'postgres'),
      ],
    },
  },
];
