/** A command that could not do what it was asked: one sentence, what to do about it, an exit code; shown without a stack. */
import { StartError } from '../local/fail.js';
import { EXIT } from './exit-codes.js';

export class CommandFailure extends Error {
  /**
   * @param code stable, for programs: those of shared/errors.ts, or NOT_RUNNING, UNREACHABLE, WRONG_ARGUMENTS, …
   * @param hint what to do, in words or as a command; null when there is nothing to say.
   */
  constructor(
    readonly code: string,
    message: string,
    readonly exitCode: number,
    readonly hint: string | null = null,
  ) {
    super(message);
    this.name = 'CommandFailure';
  }
}

export const wrongArguments = (message: string, hint: string | null = null): CommandFailure =>
  new CommandFailure('WRONG_ARGUMENTS', message, EXIT.arguments, hint);

const ofStart = ({ message, exitCode }: StartError): CommandFailure =>
  new CommandFailure(exitCode === EXIT.arguments ? 'WRONG_ARGUMENTS' : 'SETUP', message, exitCode);

/** Null for what is no user's business to cure: a mistake of ours, which keeps its stack. */
export function failureOf(error: unknown): CommandFailure | null {
  if (error instanceof CommandFailure) return error;
  return error instanceof StartError ? ofStart(error) : null;
}

/** For people. */
export const failureText = ({ message, hint }: CommandFailure): string => (hint === null ? message : `${message}\n${hint}`);

/** The shape of an error under `--json`. */
export const failureDocument = ({ code, message, hint, exitCode }: CommandFailure): { error: object } => ({
  error: { code, message, hint, exitCode },
});
