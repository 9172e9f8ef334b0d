/**
 * The experiment rolling on real processes: one restart of the whole system, no failure, no process
 * left. Its control is `--how together`, which the page of the experiment reports.
 */
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXPERIMENT_EXIT, type ExperimentResult } from '../../../experiments/record/result.js';
import { experimentWorkplace } from '../../support/experiment-run.js';
import { describeWith } from '../../support/tools.js';
import { PATIENT, TEST_MS } from '../patience.js';

const workplace = experimentWorkplace();
const { run, leftovers } = workplace;

/** The generator of a machine with enough processor time is late by some 10 ms. */
const STARVED_MS = 200;

/** A starved machine is silent for longer than HAProxy waits for a check in the product (2 s). */
const CHECK_TIMEOUT_MS = 60_000;
/** Characters of the output in the message of a failure. */
const SHOWN = 4_000;

/**
 * The objectives that were missed. A form is never sent twice, so a flow fails when a request takes
 * longer than the wait before a maintenance, or when Redis is silent: both happen on a starved
 * machine, which the lateness of the generator shows.
 */
function findUnmet({ objectives }: ExperimentResult, output: string): string[] {
  const lateMs = Number(/sent late \(worst ([\d.]+) ms\)/.exec(output)?.[1] ?? 0);
  const isStarved = lateMs >= STARVED_MS;
  return objectives
    .filter(({ name, met }) => !met && !(isStarved && name === 'flows that failed'))
    .map(({ name }) => name);
}

describeWith('balancers', 'npm run experiment -- rolling', () => {
  test(
    'one restart under load: every process comes back, nothing fails, no session is lost',
    async () => {
      Object.assign(process.env, PATIENT);
      const { ended, output } = run(
        ...['rolling', '--quick', '--rate', '30', '--deadline', '60000', '--json', 'result.json'],
        ...['--check-timeout', String(CHECK_TIMEOUT_MS)],
      );
      const code = await ended;
      expect(output()).toContain('Sessions lost: 0');
      const result = JSON.parse(
        readFileSync(join(workplace.folder, 'result.json'), 'utf8'),
      ) as ExperimentResult;
      expect(result).toMatchObject({ verdict: 'valid', violations: [] });
      const unmet = findUnmet(result, output());
      // The last lines name the first failures.
      expect(unmet.length === 0 ? '' : `${unmet.join(', ')}:\n${output().slice(-SHOWN)}`).toBe('');
      const isMet = result.objectives.every(({ met }) => met);
      expect(code).toBe(isMet ? EXPERIMENT_EXIT.met : EXPERIMENT_EXIT.missed);
      const faults = result.systems[0]?.trials[0]?.faults.map(({ kind }) => kind);
      expect(new Set(faults)).toEqual(
        new Set(
          ['instance', 'standby', 'leader', 'monitor', 'gateway', 'balancer'].map(
            (label) => `restart of ${label}`,
          ),
        ),
      );
      expect(leftovers()).toEqual([]);
    },
    TEST_MS,
  );
});
