/**
 * The form of an archive: a zip file, so that usual programs can open it. It begins with a text for
 * readers, by which a foreign file is recognized. Then come the tables, one entry each, and the
 * manifest. The comment of the zip file is the SHA-256 of all bytes before it: a change or a loss
 * of any byte is found before anything is restored.
 */
import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

export const README_ENTRY = 'relevo-backup.txt';
export const MANIFEST_ENTRY = 'manifest.json';
export const toTableEntry = (table: string): string => `tables/${table}.copy`;

export const README_TEXT = `A backup of Relevo. "relevo restore FILE" restores it into an empty database.
It contains the data of patients.
manifest.json lists the tables; tables/*.copy are their rows in the text form of PostgreSQL's COPY.
`;

/** The length of a SHA-256 in hexadecimal digits. */
export const SEAL_BYTES = 64;

/** An archive begins with the signature of a zip entry and the name of the first one. */
export const HEAD_BYTES = 30 + README_ENTRY.length;

/** Whether a file with this beginning may be an archive. */
export const isArchiveHead = (head: Buffer): boolean =>
  head.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1')) &&
  head.subarray(30, HEAD_BYTES).toString('latin1') === README_ENTRY;

/** Replaces the last bytes, which the writer left free, by the hash of all bytes before them. */
export class Seal extends Transform {
  #hash = createHash('sha256');
  #held: Buffer = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const all = Buffer.concat([this.#held, chunk]);
    const body = all.subarray(0, Math.max(0, all.length - SEAL_BYTES));
    this.#held = all.subarray(body.length);
    this.#hash.update(body);
    done(null, body);
  }

  override _flush(done: TransformCallback): void {
    done(null, Buffer.from(this.#hash.digest('hex'), 'latin1'));
  }
}
