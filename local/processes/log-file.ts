/**
 * Writes one log file. Other programs may move, delete, truncate or replace the file at any time,
 * and the disk may be full. Lines wait in memory and one loop writes them in order. No failure
 * leaves this class. Lost lines are counted, and the count is written to the file as soon as
 * writing works again. Does not guarantee that every line is kept.
 */
import { constants, type Stats } from 'node:fs';
import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

export interface LogFileOptions {
  path: string;
  /**
   * When the file grows beyond this size, it is renamed to NAME.1. At most twice this size is kept.
   */
  largestBytes: number;
  /**
   * Interval between checks that the path still leads to the open file, and pause after a failed
   * write, in ms.
   */
  lookMs: number;
  /** Upper bound of the lines kept in memory while the disk is slow. */
  waitingBytes: number;
  /** Keeps the existing content. Default: the file starts empty. */
  keeps?: boolean;
}

export const USUAL_LOG: Omit<LogFileOptions, 'path'> = {
  largestBytes: 20_000_000,
  lookMs: 1_000,
  waitingBytes: 16_000_000,
};
/** Time limit for writing the last lines, in ms. */
const CLOSE_DEADLINE_MS = 2_000;

const { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } = constants;
const isSame = (one: Stats, other: Stats): boolean =>
  one.ino === other.ino && one.dev === other.dev;
const getErrorCode = (error: unknown): string =>
  String((error as NodeJS.ErrnoException | null)?.code ?? error);

export class LogFile {
  #handle: FileHandle | null = null;
  #hasBegun = false;
  #bytes = 0;
  #lookedAt = 0;
  #failedAt = -Infinity;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #lost = 0;
  #reason = '';
  #writing: Promise<void> | null = null;

  constructor(private readonly options: LogFileOptions) {}

  /** Number of lines that could not be written and that the file does not report yet. */
  get lost(): number {
    return this.#lost;
  }

  write(line: string): void {
    if (this.#waitingBytes > this.options.waitingBytes) {
      this.#lose(1, 'the disk is slow');
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += line.length + 1;
    this.#writing ??= this.#writeAll();
  }

  /** Writes the waiting lines within the time limit, then closes the file. Never rejects. */
  async close(): Promise<void> {
    const timeout = new AbortController();
    const late = delay(CLOSE_DEADLINE_MS, undefined, { signal: timeout.signal }).catch(
      () => undefined,
    );
    await Promise.race([this.#writing, late]);
    timeout.abort();
    await this.#drop();
  }

  async #writeAll(): Promise<void> {
    // Lines that arrive in the same tick are written together.
    for (await Promise.resolve(); this.#waiting.length > 0; await Promise.resolve()) {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#waitingBytes = 0;
      try {
        await this.#append(lines);
      } catch (error) {
        this.#lose(lines.length, getErrorCode(error));
        this.#failedAt = performance.now();
        await this.#drop();
      }
    }
    // No await before this line: the next line to arrive must start a new loop.
    this.#writing = null;
  }

  async #append(lines: readonly string[]): Promise<void> {
    if (performance.now() - this.#failedAt < this.options.lookMs) {
      this.#lose(lines.length, this.#reason);
      return;
    }
    const handle = await this.#current();
    const told =
      this.#lost > 0
        ? [`${this.#lost} lines are missing here: they could not be written (${this.#reason})`]
        : [];
    const text = Buffer.from(`${[...told, ...lines].join('\n')}\n`);
    await handle.appendFile(text);
    this.#lost = 0;
    this.#bytes += text.length;
    if (this.#bytes > this.options.largestBytes) await this.#turn(handle);
  }

  /** The open file. Opens the path again when it leads to another file or to none. */
  async #current(): Promise<FileHandle> {
    if (this.#handle && performance.now() - this.#lookedAt < this.options.lookMs)
      return this.#handle;
    this.#lookedAt = performance.now();
    if (this.#handle) {
      const [mine, there] = await Promise.all([
        this.#handle.stat(),
        stat(this.options.path).catch(() => null),
      ]);
      // Smaller than the bytes written when another program has truncated the file.
      this.#bytes = mine.size;
      if (there && isSame(mine, there)) return this.#handle;
      await this.#drop();
    }
    return this.#open();
  }

  async #open(): Promise<FileHandle> {
    const anew = this.#hasBegun || this.options.keeps ? 0 : O_TRUNC;
    const handle = await open(this.options.path, O_WRONLY | O_CREAT | O_APPEND | anew, 0o600);
    this.#handle = handle;
    const found = await handle.stat();
    if (found.isFile()) await handle.chmod(0o600).catch(() => undefined);
    this.#hasBegun = true;
    this.#bytes = found.size;
    return handle;
  }

  /**
   * Renames a long file. Where that is impossible, empties the file, so that its size stays
   * bounded.
   */
  async #turn(handle: FileHandle): Promise<void> {
    const { path } = this.options;
    const [mine, there] = await Promise.all([handle.stat(), stat(path).catch(() => null)]);
    if (there && isSame(mine, there) && mine.size > this.options.largestBytes) {
      await rename(path, `${path}.1`).catch(() => handle.truncate(0));
    }
    await this.#drop();
  }

  async #drop(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close().catch(() => undefined);
  }

  #lose(lines: number, reason: string): void {
    this.#lost += lines;
    this.#reason = reason;
  }
}
