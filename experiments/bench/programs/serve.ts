/** The child's side: answers commands over IPC, and ends when the bench does, however that ends. */
import type { Question, Reply } from './commands.js';

type Commands = Readonly<Record<string, (argument: never) => unknown>>;

async function answer(commands: Commands, { id, command, argument }: Question): Promise<Reply> {
  try {
    const perform = commands[command];
    if (!perform) throw new Error(`there is no command ${command}`);
    return { id, result: await perform(argument as never) };
  } catch (error) {
    return { id, error: (error as Error).stack ?? String(error) };
  }
}

/** @param commands by name; each is handed the argument that the bench gave. `end` is ours: the process ends, in good order. */
export function serve(commands: Commands): void {
  // The terminal's Ctrl-C reaches the whole group; when to end is the bench's to say.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  process.on('message', (question: Question) => {
    if (question.command === 'end') process.exit(0); // A profile is written by then.
    void answer(commands, question).then((reply) => process.send?.(reply));
  });
}
