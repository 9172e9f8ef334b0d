/**
 * Reads what is added to a file that other programs may move, delete, truncate or replace meanwhile. A read that fails brings nothing
 * and is tried again with the next one. Not promised: what was written to a file that was moved away before it was read.
 */
import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';

/** No more is read at once. */
const CHUNK_BYTES = 1_048_576;

export class FileFollower {
  #file = '';
  #position = 0;
  #decoder = new StringDecoder('utf8');

  constructor(private readonly path: string) {}

  /** What was added since the last call; from its beginning when the file is another one or became shorter. Never rejects. */
  async read(): Promise<string> {
    return this.#readOn().catch(() => {
      this.#file = ''; // The next file at this path is another one, also when the system gives it the same inode.
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
