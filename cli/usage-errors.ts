/**
 * Explains wrong arguments of a command line in one sentence that suggests the word the user
 * probably meant. Pure.
 */
import { findNearest } from '../shared/arguments/nearest.js';
import { getName, type Command } from './command.js';
import { wrongArguments, type CommandFailure } from './failure.js';

/** The names of the common options, and the common options that need a value. */
export interface CommonOptions {
  names: readonly string[];
  withValue: readonly string[];
}

/** The words before `--`, which belong to the command line itself. */
const getOwnWords = (words: readonly string[]): readonly string[] =>
  words.includes('--') ? words.slice(0, words.indexOf('--')) : words;

/** The word that names the command; null when there is none. */
export function findCommandWord(
  words: readonly string[],
  { withValue }: CommonOptions,
): string | null {
  return (
    getOwnWords(words).find(
      (word, index, all) =>
        !word.startsWith('-') && !withValue.includes((all[index - 1] ?? '').replace(/^--/, '')),
    ) ?? null
  );
}

const getHelpHint = (spec: Command | undefined): string =>
  `\`relevo ${spec ? `${getName(spec)} ` : ''}--help\` lists the possibilities.`;

const suggestWord = (word: string, known: readonly string[], before: string): string => {
  const meant = findNearest(word, known);
  return meant === null ? '' : ` Did you mean ${before}${meant}?`;
};

/** The failure for an unknown command or option; null when all words are known. */
export function findUnknownWord(
  words: readonly string[],
  commands: readonly Command[],
  everywhere: CommonOptions,
): CommandFailure | null {
  const name = findCommandWord(words, everywhere);
  const spec = commands.find((each) => getName(each) === name);
  if (name !== null && !spec)
    return wrongArguments(
      `There is no command "${name}".${suggestWord(name, commands.map(getName), '')}`,
      getHelpHint(spec),
    );
  const known = [...Object.keys(spec?.options ?? {}), ...everywhere.names];
  for (const word of getOwnWords(words)) {
    const option = /^--([^=]+)/.exec(word)?.[1];
    if (option !== undefined && !known.includes(option))
      return wrongArguments(
        `There is no option --${option}.${suggestWord(option, known, '--')}`,
        getHelpHint(spec),
      );
  }
  return null;
}

const SENTENCES: readonly [RegExp, (spec: Command | undefined, ...parts: string[]) => string][] = [
  [/^Missing required arguments?: ([^,]+)/, (_spec, name = '') => `--${name} is missing.`],
  [/^Not enough arguments following: (.+)/, (_spec, name = '') => `--${name} needs a value.`],
  [
    /^Not enough non-option arguments/,
    (spec) => `An argument is missing: relevo ${spec?.command ?? ''}.`,
  ],
  [
    /^Unknown arguments?: ([^,]+)/,
    (spec, word = '') => `${spec ? getName(spec) : 'relevo'} does not know what "${word}" means.`,
  ],
  [
    /Argument: (\S+), Given: (.*), Choices: (.*)$/s,
    (spec, name = '', given = '', choices = '') =>
      `${spec && name in spec.options ? '--' : ''}${name} cannot be ${given}; it is one of ${choices.replaceAll('"', '')}.`,
  ],
];

/** Translates an error of yargs into one sentence. */
export function explainError(
  message: string,
  words: readonly string[],
  commands: readonly Command[],
  everywhere: CommonOptions,
): CommandFailure {
  const spec = commands.find((each) => getName(each) === findCommandWord(words, everywhere));
  for (const [pattern, sentence] of SENTENCES) {
    const match = pattern.exec(message.trim());
    if (match) return wrongArguments(sentence(spec, ...match.slice(1)), getHelpHint(spec));
  }
  return wrongArguments(`${message.replaceAll('\n', ' ').replace(/\.$/, '')}.`, getHelpHint(spec));
}
