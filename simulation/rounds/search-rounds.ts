/** Searches seeds of the measurement rounds, and explains a seed that broke a rule. */
import type { Searched } from '../search.js';
import { playRounds, type RoundOutcome } from './play-rounds.js';
import type { RoundBreach } from './round-checks.js';
import { ROUND_MUTANTS, withRoundBug } from './round-mutants.js';
import { ALL_GUARDS, ROUND_RULE_TEXTS, type RoundRule, type RoundRules } from './round-rules.js';
import { drawRoundSchedule, type RoundSchedule } from './round-schedule.js';

/** @param name of a mutant; null: the unmodified system. */
const toRules = (name: string | null): RoundRules => {
  const mutant = ROUND_MUTANTS.find((each) => each.name === name);
  return mutant ? withRoundBug(mutant) : ALL_GUARDS;
};

export interface RoundSearch {
  from: number;
  count: number;
  mutant: string | null;
  /** The only rule that is checked; null: all. */
  only: RoundRule | null;
}

/** Plays the seeds in order until one breaks a rule. */
export function searchRounds({ from, count, mutant, only }: RoundSearch): Searched<RoundBreach> {
  const rules = toRules(mutant);
  let steps = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const { breach, steps: played } = playRounds(drawRoundSchedule(seed), { rules, only });
    steps += played;
    if (breach) return { seeds: seed - from + 1, steps, finding: { seed, breach } };
  }
  return { seeds: count, steps, finding: null };
}

/** Plays one seed and records its steps. */
export function transcribeRounds(
  seed: number,
  mutant: string | null,
  { schedule = drawRoundSchedule(seed), only = null as RoundRule | null } = {},
): { lines: string[]; outcome: RoundOutcome } {
  const lines: string[] = [];
  const outcome = playRounds(schedule, {
    rules: toRules(mutant),
    only,
    log: (atMs, name, text) =>
      lines.push(`${String(atMs).padStart(6)} ms  ${name.padEnd(11)}  ${text}`),
  });
  return { lines, outcome };
}

/** Removes faults one by one while the rule still breaks. */
function shrinkFaults(schedule: RoundSchedule, rules: RoundRules, only: RoundRule): RoundSchedule {
  for (const fault of schedule.faults) {
    const smaller = { ...schedule, faults: schedule.faults.filter((each) => each !== fault) };
    if (playRounds(smaller, { rules, only }).breach) return shrinkFaults(smaller, rules, only);
  }
  return schedule;
}

/** @param again the command that repeats the run. */
export function explainRounds(
  seed: number,
  mutant: string | null,
  rule: RoundRule,
  again: string,
): string {
  const whole = drawRoundSchedule(seed);
  const schedule = shrinkFaults(whole, toRules(mutant), rule);
  const { lines, outcome } = transcribeRounds(seed, mutant, { schedule, only: rule });
  return [
    `Seed ${seed} breaks ${rule}: ${ROUND_RULE_TEXTS[rule]}.`,
    `Made smaller, from ${whole.faults.length} to ${schedule.faults.length} faults:`,
    '',
    ...lines,
    `${' '.repeat(11)}BROKEN       ${rule}: ${outcome.breach?.text}`,
    '',
    `Again: ${again}`,
  ].join('\n');
}
