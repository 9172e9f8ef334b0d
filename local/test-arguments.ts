/** What the words behind `npm test --` mean: a plain word is a folder of tests, everything else goes to Jest as it is. */

const FOLDER = /^[a-z][a-z-]*$/;

/** Options of Jest whose value is the next word. */
const WITH_VALUE = /^(-t|-w|-c|--(testNamePattern|maxWorkers|config|outputFile|seed|shard|testTimeout|reporters))$/;

const isValue = (words: readonly string[], index: number): boolean => WITH_VALUE.test(words[index - 1] ?? '');

/** @param exists tells whether a path, from the project's root, is there. */
export function jestArguments(words: readonly string[], exists: (path: string) => boolean): string[] {
  return words.map((word, index) => {
    const isFolder = FOLDER.test(word) && !isValue(words, index) && exists(`test/${word}`);
    return isFolder ? `test/${word}/` : word;
  });
}

const WITHOUT_ENGINES = /^(unit|simulation)$|(^|\/)test\/(unit|simulation)(\/|$)/;

const pathsOf = (words: readonly string[]): string[] => words.filter((word, index) => !word.startsWith('-') && !isValue(words, index));

/** Those of these test files (from the project's root) that Jest runs with `args`: a word is a pattern, and without one all are run. */
export function selectedTests(args: readonly string[], files: readonly string[]): string[] {
  const patterns = pathsOf(args).map((word) => new RegExp(word, 'i'));
  return files.filter((file) => patterns.length === 0 || patterns.some((pattern) => pattern.test(file)));
}

/** Whether any of the tests selected may need PostgreSQL and Redis: all but those that name unit tests and the simulation only. */
export function needsEngines(words: readonly string[]): boolean {
  const paths = pathsOf(words);
  return paths.length === 0 || !paths.every((path) => WITHOUT_ENGINES.test(path));
}
