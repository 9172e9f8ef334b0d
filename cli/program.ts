/**
 * Declares the commands for yargs. Yargs parses the arguments and formats the help of a command;
 * this module explains wrong arguments, in one sentence that suggests the word the user probably
 * meant.
 */
import yargs, { type Argv, type Options } from 'yargs';
import type { Command, Context } from './command.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure, wrongArguments } from './failure.js';
import { listCommands } from './output/command-list.js';
import { WIDTH } from './output/table.js';
import {
  findCommandWord,
  explainError,
  findUnknownWord,
  type CommonOptions,
} from './usage-errors.js';

/** The options of every command. */
export const COMMON_OPTIONS = {
  json: { type: 'boolean', default: false, describe: 'Print JSON, also for failures' },
  url: {
    type: 'string',
    requiresArg: true,
    describe: 'Address of the service to use, on another machine',
  },
  help: { type: 'boolean', describe: 'Show this help' },
} as const;

export interface Outcome {
  exitCode: number;
  /** The help text, when it was requested; else ''. */
  output: string;
}

function withCommand(parser: Argv, spec: Command, whenRun: (args: never) => Promise<void>): Argv {
  const {
    command,
    describe,
    details,
    positionals = {},
    options,
    examples = [],
    ownWords = false,
  } = spec;
  const { help } = COMMON_OPTIONS;
  const everywhere: Readonly<Record<string, Options>> = ownWords ? { help } : COMMON_OPTIONS;
  const builder = (each: Argv): Argv => {
    each.usage(`$0 ${command}\n\n${describe}.${details ? ` ${details}` : ''}`);
    for (const [name, positional] of Object.entries(positionals)) each.positional(name, positional);
    const visible = Object.entries(options)
      .filter(([, option]) => option.hidden !== true)
      .map(([name]) => name);
    each
      .options(options)
      .group(visible, 'Options:')
      .options(everywhere)
      .group(Object.keys(everywhere), 'Common options:');
    for (const [line, does] of examples) each.example(line.replace(/^relevo/, '$0'), does);
    return each;
  };
  return parser.command({ command, describe, builder, handler: (args) => whenRun(args as never) });
}

type Run = (spec: Command, args: never) => Promise<void>;

function makeParser(commands: readonly Command[], run: Run): Argv {
  const parser = yargs()
    .scriptName('relevo')
    .locale('en')
    .wrap(WIDTH)
    .version(false)
    .help('help')
    .alias('help', 'h')
    .exitProcess(false)
    .parserConfiguration({
      'duplicate-arguments-array': false,
      'parse-numbers': false,
      'boolean-negation': false,
      'populate--': true,
    })
    .strict()
    .fail(false);
  commands.forEach((spec) => withCommand(parser, spec, (args) => run(spec, args)));
  return parser;
}

const EVERYWHERE: CommonOptions = { names: Object.keys(COMMON_OPTIONS), withValue: ['url'] };

/** Replaces a synonym: `relevo help pay` is `relevo pay --help`. */
const replaceSynonyms = (words: readonly string[]): readonly string[] =>
  words[0] === 'help' ? [...words.slice(1), '--help'] : words;

/** The help of one command. */
export async function getHelp(name: string, commands: readonly Command[]): Promise<string> {
  return (await readWords([name, '--help'], commands, () => Promise.resolve())).trimEnd();
}

/**
 * @returns the help, when it was requested. @throws CommandFailure WRONG_ARGUMENTS, and every error
 *   of `run`.
 */
async function readWords(
  words: readonly string[],
  commands: readonly Command[],
  run: Run,
): Promise<string> {
  let failure: unknown = null;
  const runAndKeepFailure = (spec: Command, args: never): Promise<void> =>
    run(spec, args).catch((error: unknown) => void (failure = error));
  let output = '';
  try {
    await makeParser(commands, runAndKeepFailure).parseAsync(
      words,
      {},
      (_error, _args, text) => void (output = text),
    );
  } catch (error) {
    // A bug is a TypeError or comes from a command; every other error of yargs is about the
    // arguments.
    if (error instanceof TypeError || error instanceof CommandFailure) throw error;
    throw explainError((error as Error).message, words, commands, EVERYWHERE);
  }
  if (failure !== null)
    throw failure instanceof Error
      ? failure
      : new Error('a command threw a value that is not an Error');
  return output;
}

/**
 * Parses the arguments and runs the command. @throws CommandFailure, and every error of the
 * command.
 */
export async function runWords(
  given: readonly string[],
  commands: readonly Command[],
  context: Context,
): Promise<Outcome> {
  const words = replaceSynonyms(given);
  const unknown = findUnknownWord(words, commands, EVERYWHERE);
  if (unknown) throw unknown;
  if (findCommandWord(words, EVERYWHERE) === null) {
    if (!words.some((word) => word === '--help' || word === '-h'))
      throw wrongArguments(listCommands(commands));
    return { exitCode: EXIT.done, output: listCommands(commands) };
  }
  let exitCode: number = EXIT.done;
  const output = await readWords(words, commands, async (spec, args) => {
    exitCode = await spec.run(args, context);
  });
  return { exitCode, output };
}
