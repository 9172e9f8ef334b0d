/**
 * Computes the candidates for the next word of a command line, from the table of commands. Pure:
 * the caller adds the names that only the running system knows.
 * @see cli/commands/completion.ts for the calls of the shells.
 */
import { getName, type Command } from '../command.js';

export interface CompletionCandidate {
  word: string;
  describe: string;
}

/**
 * Kinds of names that the caller looks up: by option (`handover --to`), or by position (`drain`).
 */
export type NameKind = 'replicas' | 'replicas and instances' | 'experiments' | 'test folders';

/** The candidates for the next word, plus all names of the kind `look`. */
export interface Next {
  candidates: readonly CompletionCandidate[];
  names: NameKind | null;
}

const NAMES_BY_OPTION: Readonly<Record<string, NameKind>> = {
  'handover --to': 'replicas',
  'payments --by': 'replicas',
};
const NAMES_BY_COMMAND: Readonly<Record<string, NameKind>> = {
  drain: 'replicas and instances',
  maint: 'replicas and instances',
  ready: 'replicas and instances',
  experiment: 'experiments',
  test: 'test folders',
};
const COMMON: readonly CompletionCandidate[] = [
  { word: '--help', describe: 'Show the help' },
  { word: '--json', describe: 'Print the answer as JSON' },
  { word: '--url', describe: 'Use another machine' },
];

const NOTHING: Next = { candidates: [], names: null };

const toCandidates = (choices: readonly string[] = []): CompletionCandidate[] =>
  choices.map((word) => ({ word, describe: '' }));

const getOptions = ({ options }: Command): CompletionCandidate[] =>
  Object.entries(options).map(([name, { doc }]) => ({ word: `--${name}`, describe: doc }));

function suggestValues(command: Command, option: string): Next | null {
  const spec = command.options[option.replace(/^--/, '')];
  if (option === '--url') return NOTHING;
  if (!spec || 'flag' in spec) return null;
  return {
    candidates: toCandidates('text' in spec ? spec.choices : []),
    names: NAMES_BY_OPTION[`${getName(command)} ${option}`] ?? null,
  };
}

function suggestArguments(command: Command, before: readonly string[], current: string): Next {
  const previous = before.at(-1) ?? '';
  const value = previous.startsWith('--') ? suggestValues(command, previous) : null;
  if (value) return value;
  if (current.startsWith('-'))
    return {
      candidates: [...getOptions(command), ...COMMON].filter(({ word }) => !before.includes(word)),
      names: null,
    };
  const given = before.filter(
    (word, index) =>
      !word.startsWith('-') && suggestValues(command, before[index - 1] ?? '') === null,
  );
  const [, positional] = Object.entries(command.positionals ?? {})[given.length] ?? [];
  const look = given.length === 0 ? (NAMES_BY_COMMAND[getName(command)] ?? null) : null;
  return { candidates: toCandidates(positional?.choices), names: look };
}

/**
 * @param words the words after `relevo`; the last is the one that the user is typing, '' before its
 *   first letter.
 */
export function suggestNext(words: readonly string[], commands: readonly Command[]): Next {
  const [name = '', ...rest] = words;
  if (words.length <= 1) {
    const names = commands.map((command) => ({
      word: getName(command),
      describe: command.describe,
    }));
    return { candidates: name.startsWith('-') ? COMMON : names, names: null };
  }
  const command = commands.find((each) => getName(each) === name);
  return command ? suggestArguments(command, rest.slice(0, -1), rest.at(-1) ?? '') : NOTHING;
}

/** The candidates that start with the typed text. */
export const filterByStart = (
  candidates: readonly CompletionCandidate[],
  typed: string,
): CompletionCandidate[] => candidates.filter(({ word }) => word.startsWith(typed));
