/** Writes an archive as a stream: the tables one after the other, then the manifest. */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeFile, type FileHandle } from 'node:fs/promises';
import { ZipFile } from 'yazl';
import {
  MANIFEST_ENTRY,
  README_ENTRY,
  README_TEXT,
  SEAL_BYTES,
  Seal,
  toTableEntry,
} from './archive-form.js';
import type { Manifest } from './manifest.js';

/** The fastest level. Rows of payments shrink to a quarter; `gzip -6` makes the same size. */
const COMPRESSION_LEVEL = 1;
const ENTRY_MODE = 0o100600;

export interface ArchiveWriter {
  /** Adds a table. The stream must end before the next table is added. */
  addTable(name: string, rows: Readable): void;
  addManifest(manifest: Manifest): void;
}

/**
 * Writes an archive into an open file.
 * @param fill adds the parts; the archive ends when it resolves.
 */
export async function writeArchive<T>(
  handle: FileHandle,
  fill: (writer: ArchiveWriter) => Promise<T>,
): Promise<T> {
  const zip = new ZipFile();
  const mtime = new Date();
  const options = { mtime, mode: ENTRY_MODE, compressionLevel: COMPRESSION_LEVEL };
  const failed = new Promise<never>((_resolve, reject) => zip.once('error', reject));
  const output = zip.outputStream as Readable;
  const stored = pipeline(output, new Seal(), (bytes: AsyncIterable<Buffer>) =>
    writeFile(handle, bytes),
  );
  zip.addBuffer(Buffer.from(README_TEXT), README_ENTRY, { ...options, compressionLevel: 0 });
  const filled = fill({
    addTable: (name, rows) => zip.addReadStream(rows, toTableEntry(name), options),
    addManifest: (manifest) =>
      zip.addBuffer(Buffer.from(JSON.stringify(manifest, null, 2)), MANIFEST_ENTRY, options),
  });
  try {
    const [result] = await Promise.race([
      Promise.all([
        filled.then((value) => {
          zip.end({ comment: ' '.repeat(SEAL_BYTES), forceZip64Format: false });
          return value;
        }),
        stored,
      ]),
      failed,
    ]);
    return result;
  } catch (error) {
    output.destroy();
    await stored.catch(() => undefined);
    throw error;
  }
}
