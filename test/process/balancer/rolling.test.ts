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
import { TEST_MS } from '../patience.js';

const workplace = experimentWorkplace();
const { run, leftovers } = workplace;

/** A starved machine is silent for longer than the product waits for a check (2 s). */
const CHECK_TIMEOUT_MS = 60_000;
/** Characters of the output in the message of a failure. */
const SHOWN = 2_000;

/** The generator of a machine with enough processor time is late by some 10 ms. */
const STARVED_MS = 200;
/** Failures of a kind that a starved machine explains: Redis or the database answers too late. */
const EXPLAINED_MAX = 3;

/**
 * The objectives that were missed. No client retries, and an instance whose Redis or database is
 * silent for a second answers 503. A starved machine, which the lateness of the generator shows,
 * may have few such answers; it still loses no session and no process.
 */
function findUnmet({ objectives }: ExperimentResult, output: string): string[] {
  const lateMs = Number(/sent late \(worst ([\d.]+) ms\)/.exec(output)?.[1] ?? 0);
  const isExplained = ({ name, actual }: ExperimentResult['objectives'][number]): boolean =>
    lateMs >= STARVED_MS &&
    /^(payments|views|flows) that failed$/.test(name) &&
    actual <= EXPLAINED_MAX;
  return objectives.filter((each) => !each.met && !isExplained(each)).map(({ name }) => name);
}

describeWith('balancers', 'npm run experiment -- rolling', () => {
  test(
    'one restart under load: every process comes back, nothing fails, no session is lost',
    async () => {
      const { ended, output } = run(
        ...['rolling', '--quick', '--rate', '30', '--deadline', '30000', '--json', 'result.json'],
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
