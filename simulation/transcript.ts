/**
 * A run as text: one line per step that changed something, with its virtual time. Ticks, beats and
 * echoes are omitted.
 */
import { RULE_TEXTS, type Breach } from './invariants/rule-texts.js';
import { play, type SimulationOutcome } from './run.js';
import type { Rules } from './rules.js';
import { drawSchedule, type SimulatedSchedule } from './schedule.js';
import { shrink } from './shrink.js';

export interface Transcript {
  lines: string[];
  outcome: SimulationOutcome;
}

/** Plays a schedule again and records its steps. */
export function transcribe(schedule: SimulatedSchedule, rules: Rules): Transcript {
  const lines: string[] = [];
  const outcome = play(schedule, rules, (atMs, who, what) =>
    lines.push(`${String(atMs).padStart(6)} ms  ${who.padEnd(10)}  ${what}`),
  );
  return { lines, outcome };
}

const sizeOf = ({ faults, payments }: SimulatedSchedule): string =>
  `${faults.length} faults, ${payments.length} payments`;

/**
 * The explanation of a failing seed: the broken rule and the smallest schedule that still breaks
 * it, step by step.
 */
export function explainRun(seed: number, rules: Rules, breach: Breach, again: string): string {
  const schedule = drawSchedule(seed);
  const small = shrink(schedule, rules, breach.rule);
  const { lines, outcome } = transcribe(small, rules);
  return [
    `Seed ${seed} breaks ${breach.rule}: ${RULE_TEXTS[breach.rule]}.`,
    `Made smaller, from ${sizeOf(schedule)} to ${sizeOf(small)}:`,
    '',
    ...lines,
    `${' '.repeat(11)}BROKEN      ${breach.rule}: ${outcome.breach?.text}`,
    '',
    `Again: ${again}`,
  ].join('\n');
}
