/** The sentences that a reader of the capacity figures needs. Pure. */
import { duration, pluralize } from '../../shared/format.js';
import { countForeignCores } from '../capacity/bottleneck.js';
import type { CapacityPlan, SystemRound } from '../capacity/rounds.js';
import { PATIENCE_MS, SPEED } from '../capacity/run-step.js';
import { COMPLETED, LATE_MS, P95_MS } from '../capacity/step-judge.js';
import { sum } from '../statistics/statistics.js';

/** More use by other programs than this is named, cores. */
const FOREIGN_CORES = 0.2;

function findings(found: readonly SystemRound[]): string[] {
  const steps = found.flatMap((one) => one.steps);
  const late = steps.filter(({ outcome }) => outcome === 'inconclusive').length;
  const handovers = sum(steps.map((step) => step.handovers));
  const foreign = steps.reduce(
    (most, { machine }) => Math.max(most, countForeignCores(machine)),
    0,
  );
  const left = sum(found.map((one) => one.steps.at(-1)?.left ?? 0));
  return [
    ...(late > 0
      ? [
          `In ${pluralize(late, 'step')} that did not pass, the generator itself started its users more than ${duration(LATE_MS)} late (95th percentile). Such a step is inconclusive: it shows no limit of the system.`,
        ]
      : []),
    ...(foreign > FOREIGN_CORES
      ? [
          `Programs outside the experiment used up to ${Math.round(foreign * 100)} % of a core during a step: the machine was not free.`,
        ]
      : []),
    ...(handovers > 0
      ? [`During the steps another leader was elected ${pluralize(handovers, 'time')}.`]
      : []),
    ...(left > 0
      ? [`${pluralize(left, 'payment')} had no outcome 20 s after the last step of their search.`]
      : []),
  ];
}

export const capacityNotes = (plan: CapacityPlan, found: readonly SystemRound[]): string[] => [
  `A step passes when its 95th percentile is at most ${duration(P95_MS)} and ${COMPLETED * 100} % of its requests succeed; users of the first ${duration(plan.warmUpSeconds * 1_000)} do not count. A latency counts from the time when the request was due.`,
  `The pauses of the published users are divided by ${SPEED}. A user waits at most ${duration(PATIENCE_MS)} for an answer. A rate that does not pass is tried twice. A step that can no longer pass ends early, so its figures are lower bounds.`,
  'The generator runs on the same machine, and its CPU time is shown as a process. Compare the ratios of a run, not its absolute figures.',
  ...findings(found),
];
