/**
 * Reads the text that is appended to a file. Other programs may move, delete, truncate or replace
 * the file at any time. A failed read returns no text, and the next read tries again. Does not
 * guarantee text that was written to a file moved before it was read.
 */
import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';

/** Upper bound of one read. */
const CHUNK_BYTES = 1_048_576;

export class FileFollower {
  #file = '';
  #position = 0;
  #decoder = new StringDecoder('utf8');

  constructor(private readonly path: string) {}

  /**
   * The text appended since the last call. Starts at the beginning when the file was replaced or
   * became shorter. Never rejects.
   */
  async read(): Promise<string> {
    return this.#readOn().catch(() => {
      // Treat the next file at this path as a new one, even when it gets the same inode.
      this.#file = '';
      return '';
    });
  }

  async #readOn(): Promise<string> {
    const handle = await open(this.path, 'r');
    try {
      const { dev, ino, birthtimeMs, size } = await handle.stat();
      const file = `${dev} ${ino} ${birthtimeMs}`;
      if (file !== this.#file || size < this.#position) this.#begin(file);
      const room = Buffer.alloc(Math.min(CHUNK_BYTES, size - this.#position));
      const { bytesRead, buffer } = await handle.read(room, { position: this.#position });
      this.#position += bytesRead;
      return this.#decoder.write(buffer.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
  }

  #begin(file: string): void {
    this.#file = file;
    this.#position = 0;
    this.#decoder = new StringDecoder('utf8');
  }
}
