/**
 * Interprets the arguments of `npm test --`: a plain word selects a folder of tests; every other
 * argument goes to Jest unchanged.
 */

const FOLDER = /^[a-z][a-z-]*$/;

/** Jest options whose value is the next argument. */
const WITH_VALUE =
  /^(-t|-w|-c|--(testNamePattern|maxWorkers|config|outputFile|seed|shard|testTimeout|reporters))$/;

const isValue = (words: readonly string[], index: number): boolean =>
  WITH_VALUE.test(words[index - 1] ?? '');

/** @param exists whether a path, relative to the project's root, exists. */
export function jestArguments(
  words: readonly string[],
  exists: (path: string) => boolean,
): string[] {
  return words.map((word, index) => {
    const isFolder = FOLDER.test(word) && !isValue(words, index) && exists(`test/${word}`);
    return isFolder ? `test/${word}/` : word;
  });
}

const WITHOUT_ENGINES = /^(unit|simulation)$|(^|\/)test\/(unit|simulation)(\/|$)/;

const pathsOf = (words: readonly string[]): string[] =>
  words.filter((word, index) => !word.startsWith('-') && !isValue(words, index));

/**
 * The test files (relative to the project's root) that Jest runs with `args`: each word is a
 * pattern; without patterns, all files.
 */
export function selectedTests(args: readonly string[], files: readonly string[]): string[] {
  const patterns = pathsOf(args).map((word) => new RegExp(word, 'i'));
  return files.filter(
    (file) => patterns.length === 0 || patterns.some((pattern) => pattern.test(file)),
  );
}

/**
 * Whether a selected test may need PostgreSQL and Redis. False when every path is below the unit
 * tests or the simulation.
 */
export function needsEngines(words: readonly string[]): boolean {
  const paths = pathsOf(words);
  return paths.length === 0 || !paths.every((path) => WITHOUT_ENGINES.test(path));
}
