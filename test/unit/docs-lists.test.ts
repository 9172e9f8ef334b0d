/**
 * Checks lists and counts on the pages against the code: an option, a planted bug or a fault
 * without a line on its page fails a test. Each check has a control: a page that lacks an entry.
 */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FAULTS } from '../../experiments/faults/faults.js';
import { NO_FAULTS } from '../../gateway/faults.js';
import { MONITOR_OPTIONS } from '../../monitor/config.js';
import { PATIENTS_OPTIONS } from '../../patients/config.js';
import { MUTANTS } from '../../simulation/mutants/mutants.js';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const page = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Names that a page does not contain between backticks. */
const missingOn = (text: string, names: readonly string[]): string[] =>
  names.filter((name) => !text.includes(`\`${name}\``));

const namesOf = (table: Record<string, { env: string }>): string[] =>
  Object.values(table).map(({ env }) => env);
const faultSwitches = (text: string): string[] =>
  (/\{(down[\w, ]*)\}/.exec(text)?.[1] ?? '').split(', ');

/** The counts of planted bugs on a page. */
const plantedBugs = (text: string): number[] =>
  [...text.matchAll(/(\d+)\s+planted\s+bugs/g)].map(([, count]) => Number(count));

describe('a page names', () => {
  test.each([
    ['patients/README.md', namesOf(PATIENTS_OPTIONS)],
    ['monitor/README.md', namesOf(MONITOR_OPTIONS)],
    ['simulation/README.md', MUTANTS.map(({ name }) => name)],
    ['experiments/faults/README.md', FAULTS.map(({ kind }) => kind)],
  ])('%s: each entry of its table in the code', (path, names) => {
    expect(names.length).toBeGreaterThan(20);
    expect(missingOn(page(path), names)).toEqual([]);
  });

  test('gateway/README.md: the fault switches of the gateway', () => {
    expect(faultSwitches(page('gateway/README.md')).toSorted()).toEqual(
      Object.keys(NO_FAULTS).toSorted(),
    );
  });
});

test.each(['README.md', 'CHANGELOG.md', 'docs/architecture.md'])(
  '%s states the number of planted bugs of the simulation',
  (path) => {
    expect(plantedBugs(page(path))).toEqual([MUTANTS.length]);
  },
);

describe('control: the checks find', () => {
  test('a missing name, and a name that only begins alike', () => {
    expect(missingOn('`kill` and `freeze-all`', ['kill', 'freeze', 'block'])).toEqual([
      'freeze',
      'block',
    ]);
  });

  test('a count that is split over two lines', () =>
    expect(plantedBugs('it catches 7 planted\nbugs, and 8 planted bugs')).toEqual([7, 8]));

  test('the switches of a page', () =>
    expect(faultSwitches('see `{down, slowMs}`')).toEqual(['down', 'slowMs']));
});
