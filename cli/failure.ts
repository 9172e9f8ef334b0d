/** The failure of a command: one sentence, advice, and an exit code; shown without a stack. */
import { CopyRefusal } from '../local/backup/refusal.js';
import { completeCommands } from '../local/command-hint.js';
import { StartError } from '../local/errors.js';
import { EXIT } from './exit-codes.js';

export class CommandFailure extends Error {
  /**
   * @param code stable, for programs: a code of shared/errors.ts, or NOT_RUNNING, UNREACHABLE,
   *   WRONG_ARGUMENTS, …
   * @param hint advice, as text or as a command; null: none.
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

function fromStartError(error: StartError): CommandFailure {
  const { message, exitCode } = error;
  if (error instanceof CopyRefusal) return new CommandFailure(error.code, message, exitCode);
  const code = exitCode === EXIT.arguments ? 'WRONG_ARGUMENTS' : 'SETUP';
  return new CommandFailure(code, message, exitCode);
}

/** Null for an error that a user cannot correct: a bug, which keeps its stack. */
export function toFailure(error: unknown): CommandFailure | null {
  if (error instanceof CommandFailure) return error;
  return error instanceof StartError ? fromStartError(error) : null;
}

/** The same failure with commands that a user can copy on this installation. */
export const withRunnableCommands = (
  { code, message, exitCode, hint }: CommandFailure,
  env: Readonly<Record<string, string | undefined>>,
): CommandFailure =>
  new CommandFailure(
    code,
    completeCommands(message, env),
    exitCode,
    hint === null ? null : completeCommands(hint, env),
  );

/** The text for a terminal. */
export const formatFailure = ({ message, hint }: CommandFailure): string =>
  hint === null ? message : `${message}\n${hint}`;

/** The error document of `--json`. */
export const toFailureDocument = ({
  code,
  message,
  hint,
  exitCode,
}: CommandFailure): { error: object } => ({
  error: { code, message, hint, exitCode },
});
