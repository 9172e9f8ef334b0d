/**
 * The structure of a command: its arguments, its texts for help and completion, and the function
 * that runs it.
 */
import type { PositionalTable } from '../shared/arguments/help.js';
import type { Options, OptionTable } from '../shared/arguments/options.js';
import type { LocalConfig } from '../local/config.js';
import type { Target } from './target.js';
import type { Terminal } from './output/terminal.js';

/** The sections of the overview. */
export const GROUPS = ['The system', 'Payments', 'Leadership', 'Tools'] as const;
type Group = (typeof GROUPS)[number];

/** The options that every command accepts besides its own. */
export interface CommonArguments {
  json: boolean;
  /** The address of the service that receives the requests. */
  url: string | null;
}

export interface Context {
  terminal: Terminal;
  env: NodeJS.ProcessEnv;
  config: LocalConfig;
  /** The system that the command uses. @throws CommandFailure NOT_RUNNING */
  target(args: CommonArguments): Target;
  /** All commands. */
  commands: readonly Command[];
  /** Wall clock. */
  now: () => Date;
  /** Aborted by Ctrl-C. */
  interruption: AbortSignal;
}

export interface Command {
  /** Name and positional arguments: `drain <replica>`, `open [page]`. */
  command: string;
  describe: string;
  group: Group;
  /** A longer explanation, shown above the options. */
  details?: string;
  positionals?: PositionalTable;
  options: OptionTable;
  /**
   * Whether the command is a program that parses its own arguments: of the common options it
   * accepts only `--help`.
   */
  ownWords?: boolean;
  /** Command lines with their explanation. */
  examples?: readonly (readonly [line: string, does: string])[];
  run(args: never, context: Context): Promise<number>;
}

export const getName = ({ command }: Pick<Command, 'command'>): string =>
  command.split(' ')[0] ?? command;

type Positionals<P extends PositionalTable> = {
  readonly [K in keyof P]: P[K] extends { required: true } ? string : string | null;
};

/** Derives the type of `run` from the options and the positional arguments. */
export function command<
  const T extends OptionTable,
  const P extends PositionalTable = Record<never, never>,
>(
  spec: Omit<Command, 'options' | 'positionals' | 'run'> & {
    options: T;
    positionals?: P;
    run(args: Options<T> & CommonArguments & Positionals<P>, context: Context): Promise<number>;
  },
): Command {
  return spec;
}

/** Prints the answer of a command: a JSON document for programs, else text. */
export const answer = (
  { terminal }: Pick<Context, 'terminal'>,
  json: boolean,
  document: unknown,
  text: () => string,
): void => terminal.out(json ? JSON.stringify(document, null, 2) : text());

/** An optional text. */
export const text = (doc: string) => ({ text: true, doc }) as const;

export const flag = (doc: string) => ({ flag: true, doc }) as const;
