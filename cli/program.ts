/**
 * Runs a command line: finds the command, parses its arguments, and formats its help. A wrong
 * argument is explained in one sentence, which suggests the word that the user probably meant.
 */
import { formatHelp } from '../shared/arguments/help.js';
import type { OptionTable } from '../shared/arguments/options.js';
import {
  ArgumentError,
  asksForHelp,
  findPositionals,
  parseArguments,
  parseOptions,
} from '../shared/arguments/parse.js';
import { getName, type Command, type Context } from './command.js';
import { EXIT } from './exit-codes.js';
import { wrongArguments } from './failure.js';
import { listCommands } from './output/command-list.js';
import { assignPositionals, getHelpHint, refuseCommand } from './usage-errors.js';

const HELP = { help: { flag: true, alias: 'h', doc: 'Show this help' } } as const;

/** The options of every command. */
const COMMON_OPTIONS = {
  json: { flag: true, doc: 'Print JSON, also for failures' },
  url: { text: true, doc: 'Address of the service to use, on another machine' },
  ...HELP,
} as const;

export interface ProgramOutcome {
  exitCode: number;
  /** The help text, when it was requested; else ''. */
  output: string;
}

/** The help of one command. */
export const getHelp = (spec: Command): string =>
  formatHelp({
    usage: `relevo ${spec.command}`,
    text: `${spec.describe}.${spec.details ? ` ${spec.details}` : ''}`,
    ...(spec.positionals ? { positionals: spec.positionals } : {}),
    sections: [
      ['Options', spec.options],
      ['Common options', spec.ownWords ? HELP : COMMON_OPTIONS],
    ],
    ...(spec.examples ? { examples: spec.examples } : {}),
  });

/** Replaces a synonym: `relevo help pay` is `relevo pay --help`. */
const replaceSynonyms = (words: readonly string[]): readonly string[] =>
  words[0] === 'help' ? [...words.slice(1), '--help'] : words;

/** Calls the parser. @throws CommandFailure WRONG_ARGUMENTS with the hint of the command. */
function parse<T>(spec: Command | null, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw wrongArguments(error.message, getHelpHint(spec));
  }
}

function readArguments(spec: Command, words: readonly string[]): object {
  const table: OptionTable = { ...spec.options, ...COMMON_OPTIONS };
  return parse(spec, () => {
    const { options, positionals } = parseArguments(table, words);
    return { ...options, ...assignPositionals(spec, positionals.slice(1)) };
  });
}

function runWithoutCommand(words: readonly string[], commands: readonly Command[]): ProgramOutcome {
  parse(null, () => parseOptions(COMMON_OPTIONS, words));
  if (asksForHelp(words)) return { exitCode: EXIT.done, output: listCommands(commands) };
  throw wrongArguments(listCommands(commands));
}

/**
 * Parses the arguments and runs the command. Words after `--` belong to the command itself. @throws
 * CommandFailure, and every error of the command.
 */
export async function runWords(
  given: readonly string[],
  commands: readonly Command[],
  context: Context,
): Promise<ProgramOutcome> {
  const all = replaceSynonyms(given);
  const words = all.includes('--') ? all.slice(0, all.indexOf('--')) : all;
  const [first] = findPositionals(COMMON_OPTIONS, words);
  if (!first) return runWithoutCommand(words, commands);
  const spec = commands.find((each) => getName(each) === first.value);
  if (!spec) throw refuseCommand(first.value, commands);
  if (asksForHelp(words)) return { exitCode: EXIT.done, output: getHelp(spec) };
  const args = spec.ownWords ? {} : readArguments(spec, words);
  return { exitCode: await spec.run(args as never, context), output: '' };
}
