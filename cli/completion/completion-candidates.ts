/**
 * Computes the candidates for the next word of a command line, from the table of commands. Pure:
 * the caller adds the names that only the running system knows.
 * @see cli/commands/completion.ts for the calls of the shells.
 */
import { nameOf, type Command } from '../command.js';

export interface Candidate {
  word: string;
  describe: string;
}

/**
 * Kinds of names that the caller looks up: by option (`handover --to`), or by position (`drain`).
 */
export type Looked = 'replicas' | 'experiments' | 'test folders';

/** The candidates for the next word, plus all names of the kind `look`. */
export interface Next {
  candidates: readonly Candidate[];
  look: Looked | null;
}

const LOOKED_OPTIONS: Readonly<Record<string, Looked>> = {
  'handover --to': 'replicas',
  'payments --by': 'replicas',
};
const LOOKED_POSITIONS: Readonly<Record<string, Looked>> = {
  drain: 'replicas',
  maint: 'replicas',
  ready: 'replicas',
  experiment: 'experiments',
  test: 'test folders',
};
const COMMON: readonly Candidate[] = [
  { word: '--help', describe: 'Show the help' },
  { word: '--json', describe: 'Print the answer as JSON' },
  { word: '--url', describe: 'Use another machine' },
];

const NOTHING: Next = { candidates: [], look: null };

const choicesOf = (choices: unknown): Candidate[] =>
  Array.isArray(choices) ? choices.map((word) => ({ word: String(word), describe: '' })) : [];

const optionsOf = ({ options }: Command): Candidate[] =>
  Object.entries(options).map(([name, { describe }]) => ({
    word: `--${name}`,
    describe: typeof describe === 'string' ? describe : '',
  }));

function valueOf(command: Command, option: string): Next | null {
  const spec = command.options[option.replace(/^--/, '')];
  if (option === '--url') return NOTHING;
  if (!spec || spec.type === 'boolean') return null;
  return {
    candidates: choicesOf(spec.choices),
    look: LOOKED_OPTIONS[`${nameOf(command)} ${option}`] ?? null,
  };
}

function behindCommand(command: Command, before: readonly string[], current: string): Next {
  const previous = before.at(-1) ?? '';
  const value = previous.startsWith('--') ? valueOf(command, previous) : null;
  if (value) return value;
  if (current.startsWith('-'))
    return {
      candidates: [...optionsOf(command), ...COMMON].filter(({ word }) => !before.includes(word)),
      look: null,
    };
  const given = before.filter(
    (word, index) => !word.startsWith('-') && valueOf(command, before[index - 1] ?? '') === null,
  );
  const [, positional] = Object.entries(command.positionals ?? {})[given.length] ?? [];
  const look = given.length === 0 ? (LOOKED_POSITIONS[nameOf(command)] ?? null) : null;
  return { candidates: choicesOf(positional?.choices), look };
}

/**
 * @param words the words after `relevo`; the last is the one that the user is typing, '' before its
 *   first letter.
 */
export function next(words: readonly string[], commands: readonly Command[]): Next {
  const [name = '', ...rest] = words;
  if (words.length <= 1) {
    const names = commands.map((command) => ({
      word: nameOf(command),
      describe: command.describe,
    }));
    return { candidates: name.startsWith('-') ? COMMON : names, look: null };
  }
  const command = commands.find((each) => nameOf(each) === name);
  return command ? behindCommand(command, rest.slice(0, -1), rest.at(-1) ?? '') : NOTHING;
}

/** The candidates that start with the typed text. */
export const matching = (candidates: readonly Candidate[], typed: string): Candidate[] =>
  candidates.filter(({ word }) => word.startsWith(typed));
