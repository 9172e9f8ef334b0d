/**
 * Interprets the arguments of `npm test --`: a plain word selects a folder of tests; every other
 * argument goes to Jest unchanged.
 */
import type { OptionTable } from '../shared/arguments/options.js';
import { findPositionals } from '../shared/arguments/parse.js';

const FOLDER = /^[a-z][a-z-]*$/;

const option = (alias?: string) =>
  ({ text: true, doc: 'an option of Jest', ...(alias === undefined ? {} : { alias }) }) as const;

/** The options of Jest whose value is the next argument. */
const WITH_VALUE: OptionTable = {
  testNamePattern: option('t'),
  maxWorkers: option('w'),
  config: option('c'),
  outputFile: option(),
  seed: option(),
  shard: option(),
  testTimeout: option(),
  reporters: option(),
};

/** @param exists whether a path, relative to the project's root, exists. */
export function jestArguments(
  words: readonly string[],
  exists: (path: string) => boolean,
): string[] {
  const args = [...words];
  for (const { value, index } of findPositionals(WITH_VALUE, words))
    if (FOLDER.test(value) && exists(`test/${value}`)) args[index] = `test/${value}/`;
  return args;
}

const WITHOUT_ENGINES = /^(unit|simulation)$|(^|\/)test\/(unit|simulation)(\/|$)/;

const getPaths = (words: readonly string[]): string[] =>
  findPositionals(WITH_VALUE, words).map(({ value }) => value);

/**
 * The test files (relative to the project's root) that Jest runs with `args`: each word is a
 * pattern; without patterns, all files.
 */
export function selectTests(args: readonly string[], files: readonly string[]): string[] {
  const patterns = getPaths(args).map((word) => new RegExp(word, 'i'));
  return files.filter(
    (file) => patterns.length === 0 || patterns.some((pattern) => pattern.test(file)),
  );
}

/**
 * Whether a selected test may need PostgreSQL and Redis. False when every path is below the unit
 * tests or the simulation.
 */
export function needsEngines(words: readonly string[]): boolean {
  const paths = getPaths(words);
  return paths.length === 0 || !paths.every((path) => WITHOUT_ENGINES.test(path));
}
