/** The child's side: answers commands over IPC, and ends when the bench ends, in any way. */
import type { ProgramCommand, ProgramReply } from './commands.js';

type Commands = Readonly<Record<string, (argument: never) => unknown>>;

async function answer(
  commands: Commands,
  { id, command, argument }: ProgramCommand,
): Promise<ProgramReply> {
  try {
    const perform = commands[command];
    if (!perform) throw new Error(`there is no command ${command}`);
    return { id, result: await perform(argument as never) };
  } catch (error) {
    return { id, error: (error as Error).stack ?? String(error) };
  }
}

/**
 * @param commands by name; each receives the argument of the bench. The command `end` is built in:
 *   the process exits normally.
 */
export function serve(commands: Commands): void {
  // The terminal's Ctrl-C reaches the whole process group; the bench decides when to end.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  process.on('message', (question: ProgramCommand) => {
    if (question.command === 'end') process.exit(0); // Node writes the profile before it exits.
    void answer(commands, question).then((reply) => process.send?.(reply));
  });
}
