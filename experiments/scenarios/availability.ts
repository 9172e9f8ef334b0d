/**
 * The published test, repeated: five trials of 230 payment requests, with ten forced failures of
 * payment replicas in each while requests are in flight. Published result: 1139 of 1150 succeeded,
 * 99.043 %. With `--compare` the two baselines run first, under the same conditions. With
 * `--standby` the primaries of the storage are among the victims.
 */
import type { Experiment } from '../experiment.js';
import type { RunRecord } from '../record/run-record.js';
import { availabilityTable } from '../report/availability-table.js';
import { describeStandby, standbyTable } from '../report/standby-table.js';
import type { ExperimentResult, Objective, Trial } from '../record/result.js';
import { availabilityMethod } from './availability-method.js';
import { everyPayment, everyPaymentFinal } from './availability-objectives.js';
import {
  checkOptions,
  OPTIONS,
  trafficOf,
  type AvailabilityContext,
} from './availability-options.js';
import { compareSystems } from './compare.js';
import { chooseDeadline } from './on-standby.js';
import { runWithCluster, type Measured } from './with-cluster.js';

export const availability: Experiment<typeof OPTIONS> = {
  name: 'availability',
  summary: 'as published: 5 × 230 payments, 10 forced failures each; --compare',
  options: OPTIONS,
  check: checkOptions,
  run: (context) => {
    const { options } = context;
    if (options.compare) return compareSystems(context);
    const deadline = chooseDeadline(options.standby, options.deadline);
    return measureRelevo({ ...context, options: { ...options, deadline } });
  },
};

function measureRelevo(context: AvailabilityContext): Promise<RunRecord> {
  const { seed, deadline, standby } = context.options;
  const objectives = (_trials: readonly Trial[], total: Trial): Objective[] => [
    standby ? everyPaymentFinal(total) : everyPayment(deadline, total),
  ];
  const format = standby ? standbyTable : availabilityTable;
  const table = (result: ExperimentResult, measured: Measured): string =>
    format(result, measured, trafficOf(context.options));
  const notes = (result: ExperimentResult): string[] => (standby ? [describeStandby(result)] : []);
  return runWithCluster(
    { name: 'availability', seed, ...availabilityMethod(context), objectives, table, notes },
    context,
  );
}
