/**
 * Exits a process after its output was written, because `process.exit` discards data that a pipe
 * has not accepted yet.
 */

const untilWritten = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    // A reader that closed the pipe needs no more output, and a closed stream accepts none.
    stream.once('error', () => resolve());
    if (stream.destroyed || !stream.writable) resolve();
    else stream.write('', () => resolve());
  });

/** Exits once standard output and standard error have been written. */
export async function exitWhenWritten(exitCode: number): Promise<never> {
  await Promise.all([untilWritten(process.stdout), untilWritten(process.stderr)]);
  return process.exit(exitCode);
}
