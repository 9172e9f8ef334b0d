/** Ends a process with all that it has written: what a pipe has not taken yet is lost by `process.exit`. */

const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    // A reader that went away has seen enough, and a stream that is closed takes nothing more.
    stream.once('error', () => resolve());
    if (stream.destroyed || !stream.writable) resolve();
    else stream.write('', () => resolve());
  });

/** Exits when standard output and standard error have been taken. */
export async function exitWhenWritten(exitCode: number): Promise<never> {
  await Promise.all([written(process.stdout), written(process.stderr)]);
  return process.exit(exitCode);
}
