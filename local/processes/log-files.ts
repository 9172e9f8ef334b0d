/**
 * One log file per process, with its lines unchanged. Each start begins a new file. A long file is
 * renamed once, to NAME.log.1.
 */
import { join } from 'node:path';
import { LogFile, USUAL_LOG } from './log-file.js';
import { makePrivate } from '../modes.js';

export class LogFiles {
  readonly #files = new Map<string, LogFile>();

  /** @throws Error when the folder cannot be made. */
  constructor(
    readonly folder: string,
    private readonly options: Partial<typeof USUAL_LOG> = {},
  ) {
    makePrivate(folder);
  }

  /** Never throws. */
  write(name: string, line: string): void {
    const file =
      this.#files.get(name) ??
      new LogFile({ ...USUAL_LOG, ...this.options, path: join(this.folder, `${name}.log`) });
    this.#files.set(name, file);
    file.write(line);
  }

  /**
   * Number of lines, over all files, that could not be written and that their file does not report
   * yet.
   */
  get lost(): number {
    return [...this.#files.values()].reduce((sum, { lost }) => sum + lost, 0);
  }

  /** Writes the waiting lines and closes the files. Never rejects. */
  async close(): Promise<void> {
    await Promise.all([...this.#files.values()].map((file) => file.close()));
    this.#files.clear();
  }
}
