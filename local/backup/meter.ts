/**
 * Counts and hashes the rows of a table on their way. In the text form of COPY, a line is a row:
 * line ends inside a value are escaped.
 */
import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

const LINE_END = 10;
/** Shortest time between two reports, ms. */
const REPORT_MS = 200;

export interface Measure {
  rows: number;
  bytes: number;
  sha256: string;
}

export class Meter extends Transform {
  #hash = createHash('sha256');
  #rows = 0;
  #bytes = 0;
  #reportedAt = performance.now();

  /** @param onRows called at most five times per second, with the number of rows so far. */
  constructor(private readonly onRows: (rows: number) => void = () => undefined) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    for (let at = chunk.indexOf(LINE_END); at >= 0; at = chunk.indexOf(LINE_END, at + 1))
      this.#rows += 1;
    const now = performance.now();
    if (now - this.#reportedAt >= REPORT_MS) {
      this.#reportedAt = now;
      this.onRows(this.#rows);
    }
    done(null, chunk);
  }

  /** Must be called once, after the last row. */
  finishMeasure(): Measure {
    return { rows: this.#rows, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
