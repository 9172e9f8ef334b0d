/**
 * The published test, repeated: five trials of 230 payment requests, with ten forced failures of
 * payment replicas in each while requests are in flight. Published result: 1139 of 1150 succeeded,
 * 99.043 %. With `--compare` the two baselines run first, under the same conditions.
 */
import type { Experiment } from '../experiment.js';
import type { RunRecord } from '../record/run-record.js';
import { availabilityTable } from '../report/availability-table.js';
import type { ExperimentResult, Objective, Trial } from '../record/result.js';
import {
  availabilityMethod,
  checkOptions,
  OPTIONS,
  trafficOf,
  type AvailabilityContext,
} from './availability-method.js';
import { everyPayment } from './availability-objectives.js';
import { compareSystems } from './compare.js';
import { runWithCluster, type Measured } from './with-cluster.js';

export const availability: Experiment<typeof OPTIONS> = {
  name: 'availability',
  summary: 'as published: 5 × 230 payments, 10 forced failures each; --compare',
  options: OPTIONS,
  check: checkOptions,
  run: (context) => (context.options.compare ? compareSystems(context) : measureRelevo(context)),
};

function measureRelevo(context: AvailabilityContext): Promise<RunRecord> {
  const { seed, deadline } = context.options;
  const objectives = (_trials: readonly Trial[], total: Trial): Objective[] => [
    everyPayment(deadline, total),
  ];
  const table = (result: ExperimentResult, measured: Measured): string =>
    availabilityTable(result, measured, trafficOf(context.options));
  return runWithCluster(
    { name: 'availability', seed, ...availabilityMethod(context), objectives, table },
    context,
  );
}
