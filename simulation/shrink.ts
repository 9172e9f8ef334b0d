/**
 * Shrinks a schedule that breaks an invariant while the same invariant still breaks: fewer faults,
 * fewer payments, fewer processes, one at a time until no further part can be removed. The
 * remaining parts are those that the bug needs.
 * @see Zeller and Hildebrandt 2002, delta debugging.
 */
import type { RuleName } from './invariants/rule-texts.js';
import { play } from './run.js';
import type { Rules } from './rules.js';
import type { SimulatedSchedule } from './schedule.js';

/**
 * A smaller schedule delays its messages differently: a part counts as needed only after this
 * number of attempts.
 */
const LUCKS = 12;

const without = <T>(items: readonly T[], index: number): T[] =>
  items.filter((_, other) => other !== index);

/** All schedules that lack one part. */
function* smaller(schedule: SimulatedSchedule): Generator<SimulatedSchedule> {
  const { faults, payments, monitors, patients, replicas } = schedule;
  for (let index = faults.length - 1; index >= 0; index -= 1)
    yield { ...schedule, faults: without(faults, index) };
  for (let index = payments.length - 1; index >= 0; index -= 1)
    yield { ...schedule, payments: without(payments, index) };
  if (monitors > 1) yield { ...schedule, monitors: monitors - 2 };
  if (patients > 1) yield { ...schedule, patients: patients - 1 };
  if (replicas > 1) yield { ...schedule, replicas: replicas - 1 };
  if (schedule.declined > 0) yield { ...schedule, declined: 0 };
  if (schedule.monitorsEnd) yield { ...schedule, monitorsEnd: false };
  if (payments.some(({ twice }) => twice))
    yield { ...schedule, payments: payments.map((payment) => ({ ...payment, twice: false })) };
}

function breaking(
  schedule: SimulatedSchedule,
  rules: Rules,
  rule: RuleName,
): SimulatedSchedule | null {
  for (let luck = 0; luck <= LUCKS; luck += 1) {
    const tried = luck === 0 ? schedule : { ...schedule, luck };
    if (play(tried, rules).breach?.rule === rule) return tried;
  }
  return null;
}

/**
 * @returns the smallest schedule found that still breaks `rule`; the given schedule must break it.
 */
export function shrink(
  schedule: SimulatedSchedule,
  rules: Rules,
  rule: RuleName,
): SimulatedSchedule {
  for (const candidate of smaller(schedule)) {
    const found = breaking(candidate, rules, rule);
    if (found) return shrink(found, rules, rule);
  }
  return schedule;
}
