/** One log file a process, the lines as they were written. Begun anew at each start; a long one moves aside once: NAME.log.1. */
import { createWriteStream, mkdirSync, renameSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

/** Two files of this size a process are kept at most. */
const LARGEST_BYTES = 20_000_000;

interface LogFile {
  stream: WriteStream;
  bytes: number;
}

export class LogFiles {
  readonly #files = new Map<string, LogFile>();

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  write(name: string, line: string): void {
    const file = this.#files.get(name) ?? this.#open(name);
    file.bytes += line.length + 1;
    file.stream.write(`${line}\n`);
    if (file.bytes > LARGEST_BYTES) this.#turn(name, file);
  }

  close(): void {
    this.#files.forEach(({ stream }) => stream.end());
    this.#files.clear();
  }

  #open(name: string): LogFile {
    const stream = createWriteStream(join(this.folder, `${name}.log`));
    // A full disk must not end the payments: the log is lost, the system goes on.
    stream.on('error', () => undefined);
    const file = { stream, bytes: 0 };
    this.#files.set(name, file);
    return file;
  }

  #turn(name: string, { stream }: LogFile): void {
    stream.end();
    const path = join(this.folder, `${name}.log`);
    renameSync(path, `${path}.1`);
    this.#open(name);
  }
}
