/** The shape of a command: what yargs is told, what help and completion show, and the function that does it. */
import type { InferredOptionTypes, Options, PositionalOptions } from 'yargs';
import type { LocalConfig } from '../local/config.js';
import type { Target } from './target.js';
import type { Terminal } from './terminal.js';
import { wrongArguments } from './failure.js';

export type OptionTable = Readonly<Record<string, Options>>;

/** In which part of the overview a command stands. */
export const GROUPS = ['The system', 'Payments', 'Leadership', 'Tools'] as const;
export type Group = (typeof GROUPS)[number];

/** What every command may be given besides its own options. */
export interface CommonArguments {
  json: boolean;
  /** The address of the service that the command talks to. */
  url: string | undefined;
}

export interface Context {
  terminal: Terminal;
  env: NodeJS.ProcessEnv;
  config: LocalConfig;
  /** Where the system is. @throws CommandFailure NOT_RUNNING */
  target(args: CommonArguments): Target;
  /** All there are. */
  commands: readonly Command[];
  /** Wall clock. */
  now: () => Date;
  /** Aborted by Ctrl-C. */
  interruption: AbortSignal;
}

export interface Command {
  /** As yargs reads it: `drain <replica>`. */
  command: string;
  describe: string;
  group: Group;
  /** A longer explanation, shown above the options. */
  details?: string;
  positionals?: Readonly<Record<string, PositionalOptions>>;
  options: OptionTable;
  /** A program with words of its own: of what stands everywhere it knows `--help` alone. */
  ownWords?: boolean;
  /** Command lines with what they do. */
  examples?: readonly (readonly [line: string, does: string])[];
  run(args: never, context: Context): Promise<number>;
}

export const nameOf = ({ command }: Pick<Command, 'command'>): string => command.split(' ')[0] ?? command;

type Positional = Readonly<Record<string, string | undefined>>;
type Arguments<T extends OptionTable, P> = InferredOptionTypes<T> & CommonArguments & P;

/** Types the function by the options beside it. `P`: the positional arguments. */
export function command<const T extends OptionTable, P extends Positional = Record<never, never>>(
  spec: Omit<Command, 'options' | 'run'> & { options: T; run(args: Arguments<T, P>, context: Context): Promise<number> },
): Command {
  return spec;
}

/** The answer of a command: a document for programs, words for people. */
export const answer = ({ terminal }: Pick<Context, 'terminal'>, json: boolean, document: unknown, text: () => string): void =>
  terminal.out(json ? JSON.stringify(document, null, 2) : text());

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
  ({ type: 'number', requiresArg: true, describe: spec.describe, default: spec.default, coerce: (value: number) => checkWhole(name, value, spec) }) as const;

/** A word or sentence that may be left out. */
export const words = (describe: string) => ({ type: 'string', requiresArg: true, describe }) as const;

export const flag = (describe: string) => ({ type: 'boolean', default: false, describe }) as const;
