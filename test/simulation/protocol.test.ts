/**
 * The protocol under thousands of seeded schedules, and the tools that find and explain a breach.
 */
import { describe, expect, test } from '@jest/globals';
import { FAULT_KINDS } from '../../simulation/faults.js';
import { RULE_TEXTS, type RuleName } from '../../simulation/invariants/rule-texts.js';
import { withoutLateness } from '../../simulation/mutants/judgement.js';
import { REGRESSIONS } from '../../simulation/regressions.js';
import { play } from '../../simulation/run.js';
import { STANDARD, type Rules } from '../../simulation/rules.js';
import { drawSchedule } from '../../simulation/schedule.js';
import { rulesOf, searchSeeds } from '../../simulation/search.js';
import { shrink } from '../../simulation/shrink.js';
import { explainRun, transcribe } from '../../simulation/transcript.js';
import { findBreach } from './known-seeds.js';

/** A seed that breaks a rule with this planted bug. */
function findingOf(mutant: string) {
  const finding = findBreach(mutant, rulesOf(mutant), { seeds: 2_000 });
  if (finding === null) throw new Error(`no seed breaks ${mutant}`);
  return finding;
}

describe('the protocol', () => {
  test('3,000 schedules of faults break no invariant, and the system recovers after each', () => {
    const { seeds, steps, finding } = searchSeeds(1, 3_000, STANDARD);
    expect(finding).toBeNull();
    expect(seeds).toBe(3_000);
    expect(steps / seeds).toBeGreaterThan(200);
  }, 300_000);

  test('the schedules contain every kind of fault, one, three and five monitors, one to three replicas', () => {
    const schedules = Array.from({ length: 500 }, (_, seed) => drawSchedule(seed));
    const kinds = new Set(schedules.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual([...FAULT_KINDS].sort());
    expect(new Set(schedules.map(({ monitors }) => monitors))).toEqual(new Set([1, 3, 5]));
    expect(new Set(schedules.map(({ replicas }) => replicas))).toEqual(new Set([1, 2, 3]));
  });

  test.each(['relay-skipped', 'never-resumes'])(
    'control for liveness: with %s the system does not recover',
    (mutant) => {
      expect(['I5', 'liveness']).toContain(findingOf(mutant).breach.rule);
    },
  );

  test('an exception of the code under test is a finding, not the end of the search', () => {
    const rules: Rules = {
      ...STANDARD,
      stepMonitor: () => {
        throw new Error('invariant of the failover machine broken');
      },
    };
    expect(play(drawSchedule(1), rules).breach).toEqual({
      rule: 'crash',
      text: 'invariant of the failover machine broken',
    });
  });
});

describe.each(REGRESSIONS)('a bug found once: $what', ({ schedule, without }) => {
  test('is gone', () => expect(play(schedule, STANDARD).breach).toBeNull());
  test('control: without the fix, the schedule finds it', () =>
    expect(play(schedule, { ...STANDARD, ...without }).breach).not.toBeNull());
});

describe('the same seed', () => {
  test.each([7, 11, 4_321])('%i gives the same schedule and transcript twice', (seed) => {
    expect(drawSchedule(seed)).toEqual(drawSchedule(seed));
    const [once, twice] = [
      transcribe(drawSchedule(seed), STANDARD),
      transcribe(drawSchedule(seed), STANDARD),
    ];
    expect(once.lines.length).toBeGreaterThan(20);
    expect(twice).toEqual(once);
  });

  test('runs alike with and without a transcript', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const schedule = drawSchedule(seed);
      expect(transcribe(schedule, STANDARD).outcome).toEqual(play(schedule, STANDARD));
    }
  });

  test('control: another seed gives another transcript', () => {
    expect(transcribe(drawSchedule(7), STANDARD).lines).not.toEqual(
      transcribe(drawSchedule(8), STANDARD).lines,
    );
  });
});

describe('a finding', () => {
  test('is shrunk to the parts that the bug needs, and breaks the same rule', () => {
    const { seed, breach } = findingOf('no-fence');
    const whole = drawSchedule(seed);
    const small = shrink(whole, rulesOf('no-fence'), breach.rule);
    expect(small.faults.length + small.payments.length).toBeLessThan(
      whole.faults.length + whole.payments.length,
    );
    expect(play(small, rulesOf('no-fence')).breach?.rule).toBe('I4');
    expect(play(small, STANDARD).breach).toBeNull();
  });

  test('is explained in the same words each time, with the command that repeats it', () => {
    const { seed, breach } = findingOf('no-fence');
    const words = () =>
      explainRun(
        seed,
        rulesOf('no-fence'),
        breach,
        'npm run simulate -- --seed 1 --mutant no-fence',
      );
    const once = words();
    expect(words()).toBe(once);
    expect(once).toMatch(
      /breaks I4: nothing is written under a stale term\.[^]*FAULT[^]*BROKEN {6}I4: [^]*\nAgain: npm run simulate/,
    );
  });

  test('trust in a stopped clock is found by the clock alone, not by the monitor’s state', () => {
    const rules: Rules = {
      ...STANDARD,
      stepMonitor: (state, input) => STANDARD.stepMonitor(withoutLateness(state), input),
    };
    expect(searchSeeds(1, 500, rules).finding?.breach.rule).toBe('doubt');
  });

  test('every rule has a text', () => {
    for (const rule of ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8'] satisfies RuleName[])
      expect(RULE_TEXTS[rule]).not.toBe('');
  });
});
