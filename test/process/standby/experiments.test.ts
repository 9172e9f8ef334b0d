/**
 * `availability --standby` and `chaos --standby` as a user starts them: the primaries of the
 * database and of Redis are killed under payments, every payment becomes final, every fault is
 * healed, and no process remains.
 */
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { partKind } from '../../../experiments/planning/roles.js';
import type { ExperimentResult, FaultRecord } from '../../../experiments/record/result.js';
import { experimentWorkplace } from '../../support/experiment-run.js';
import { describeWith } from '../../support/tools.js';
import { TEST_MS } from '../patience.js';

const workplace = experimentWorkplace();
const { run, leftovers } = workplace;
const COMMON = ['--standby', '--replicas', '2', '--monitors', '1', '--json', 'result.json'];

/** Not the table: the command for another run, and the progress of a start. */
const tableLines = (output: string): string[] =>
  output.split('\n').filter((text) => !/^((Report|Again| +or):|Starting )/.test(text));

async function runValid(name: string, ...words: string[]): Promise<ExperimentResult> {
  const { ended, output } = run(name, ...COMMON, ...words);
  const code = await ended;
  // A missed objective about time is possible on a busy machine: then the exit code is 1.
  if (code !== 0 && code !== 1) throw new Error(`exit code ${code}\n${output()}`);
  const result = JSON.parse(
    readFileSync(join(workplace.folder, 'result.json'), 'utf8'),
  ) as ExperimentResult;
  const { verdict, violations } = result;
  expect({ verdict, violations, output: output() }).toMatchObject({
    ...{ verdict: 'valid', violations: [] },
  });
  for (const line of tableLines(output())) expect(line.length).toBeLessThanOrEqual(80);
  expect(leftovers()).toEqual([]);
  return result;
}

const countOf = (faults: readonly FaultRecord[], kind: string): number =>
  faults.filter(({ target }) => partKind(target) === kind).length;

describeWith('patroni', 'the storage with standbys in the lab', () => {
  test(
    'availability: both primaries are victims, and every payment becomes final',
    async () => {
      const words = ['--trials', '1', '--requests', '60', '--failures', '3', '--seed', '2'];
      const { objectives, systems } = await runValid('availability', ...words);
      const { total, trials } = systems[0]!;
      expect(objectives).toEqual([{ name: 'payments final', target: 60, actual: 60, met: true }]);
      expect([countOf(total.faults, 'postgres'), countOf(total.faults, 'redis')]).toEqual([1, 1]);
      expect(trials[0]?.within?.map(({ ms }) => ms)).toEqual([1_000, 5_000]);
    },
    TEST_MS,
  );

  test(
    'chaos: the node of the primary, an etcd member and the Redis primary are killed, and return',
    async () => {
      const kinds = ['node-killed', 'etcd-one-killed', 'redis-killed'];
      const words = ['--payments', '400', '--rate', '40', '--faults', '3', '--seed', '4'];
      const { systems, objectives } = await runValid('chaos', ...words, '--only', kinds.join());
      const { faults, sent } = systems[0]!.total;
      expect(sent).toBe(400);
      expect(faults.map(({ kind }) => kind).sort()).toEqual(kinds.toSorted());
      for (const { target } of faults) expect(target).toMatch(/^(postgres|etcd|redis)_\d$/);
      const lost = objectives.filter(({ name }) => name.startsWith('accepted payments'));
      expect(lost.map(({ actual }) => actual)).toEqual([0, 0]);
    },
    TEST_MS,
  );
});
