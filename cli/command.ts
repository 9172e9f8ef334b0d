/**
 * The structure of a command: its declaration for yargs, its texts for help and completion, and the
 * function that runs it.
 */
import type { InferredOptionTypes, Options, PositionalOptions } from 'yargs';
import type { LocalConfig } from '../local/config.js';
import type { Target } from './target.js';
import type { Terminal } from './output/terminal.js';
import { wrongArguments } from './failure.js';

export type OptionTable = Readonly<Record<string, Options>>;

/** The sections of the overview. */
export const GROUPS = ['The system', 'Payments', 'Leadership', 'Tools'] as const;
export type Group = (typeof GROUPS)[number];

/** The options that every command accepts besides its own. */
export interface CommonArguments {
  json: boolean;
  /** The address of the service that receives the requests. */
  url: string | undefined;
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
  /** In the syntax of yargs: `drain <replica>`. */
  command: string;
  describe: string;
  group: Group;
  /** A longer explanation, shown above the options. */
  details?: string;
  positionals?: Readonly<Record<string, PositionalOptions>>;
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

type Positional = Readonly<Record<string, string | undefined>>;
type Arguments<T extends OptionTable, P> = InferredOptionTypes<T> & CommonArguments & P;

/** Derives the type of `run` from the options. `P`: the positional arguments. */
export function command<const T extends OptionTable, P extends Positional = Record<never, never>>(
  spec: Omit<Command, 'options' | 'run'> & {
    options: T;
    run(args: Arguments<T, P>, context: Context): Promise<number>;
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

interface Range {
  describe: string;
  min: number;
  max: number;
}

const checkWhole = (name: string, value: number, { min, max }: Range): number => {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw wrongArguments(`--${name} must be a whole number from ${min} to ${max}.`);
};

/** A whole number with a default. */
export const whole = (name: string, spec: Range & { default: number }) =>
  ({
    type: 'number',
    requiresArg: true,
    describe: spec.describe,
    default: spec.default,
    coerce: (value: number) => checkWhole(name, value, spec),
  }) as const;

/** An optional text. */
export const words = (describe: string) =>
  ({ type: 'string', requiresArg: true, describe }) as const;

export const flag = (describe: string) => ({ type: 'boolean', default: false, describe }) as const;
