/**
 * Reads an archive. Opening it checks the whole file, so that a truncated, changed or foreign one
 * is refused before anything is restored.
 */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { text as readText } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import yauzl from 'yauzl';
import {
  HEAD_BYTES,
  isArchiveHead,
  MANIFEST_ENTRY,
  SEAL_BYTES,
  toTableEntry,
} from './archive-form.js';
import { parseManifest, type Manifest } from './manifest.js';
import { CopyRefusal } from './refusal.js';

/** One read of the check. */
const CHUNK_BYTES = 2 ** 20;
/** Largest manifest, in bytes. */
const MANIFEST_BYTES = 16 * 2 ** 20;

export interface Archive {
  manifest: Manifest;
  /** Size of the file. */
  bytes: number;
  /** The rows of a table of the manifest. */
  openTable(name: string): Promise<Readable>;
  close(): void;
}

export interface ReadOptions {
  signal: AbortSignal;
  /** Called with the share of the file that was checked, 0 to 1. */
  onChecked?: (share: number) => void;
}

const damaged = (file: string): CopyRefusal =>
  new CopyRefusal('ARCHIVE_DAMAGED', `${file} is incomplete or was changed; nothing was restored.`);

/** @throws CopyRefusal FILE_UNREADABLE */
async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    throw new CopyRefusal(
      'FILE_UNREADABLE',
      `${file} cannot be read: ${(error as Error).message}.`,
    );
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** Compares the seal with the bytes. @returns the size of the file. @throws CopyRefusal */
async function checkSeal(
  handle: FileHandle,
  file: string,
  { signal, onChecked }: ReadOptions,
): Promise<number> {
  const stat = await handle.stat();
  if (!stat.isFile() || !isArchiveHead(await readAt(handle, 0, HEAD_BYTES)))
    throw new CopyRefusal('ARCHIVE_FOREIGN', `${file} is not a backup of Relevo.`);
  const end = stat.size - SEAL_BYTES;
  if (end <= HEAD_BYTES) throw damaged(file);
  const hash = createHash('sha256');
  for (let at = 0; at < end;) {
    signal.throwIfAborted();
    const chunk = await readAt(handle, at, Math.min(CHUNK_BYTES, end - at));
    if (chunk.length === 0) throw damaged(file);
    hash.update(chunk);
    at += chunk.length;
    onChecked?.(at / stat.size);
  }
  const seal = await readAt(handle, end, SEAL_BYTES);
  if (hash.digest('hex') !== seal.toString('latin1')) throw damaged(file);
  return stat.size;
}

async function readManifest(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Manifest> {
  if (entry.uncompressedSize > MANIFEST_BYTES)
    throw new CopyRefusal('ARCHIVE_DAMAGED', 'The manifest of the archive is too large.');
  return parseManifest(await readText(await zip.openReadStreamPromise(entry)));
}

async function readEntries(zip: yauzl.ZipFile, file: string): Promise<Omit<Archive, 'bytes'>> {
  const entries = new Map<string, yauzl.Entry>();
  for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
  const entry = entries.get(MANIFEST_ENTRY);
  if (!entry) throw damaged(file);
  const manifest = await readManifest(zip, entry);
  if (!manifest.tables.every(({ name }) => entries.has(toTableEntry(name)))) throw damaged(file);
  return {
    manifest,
    openTable: async (name) => {
      const found = entries.get(toTableEntry(name));
      if (!found) throw damaged(file);
      return zip.openReadStreamPromise(found);
    },
    close: () => zip.close(),
  };
}

/**
 * Opens an archive and checks all its bytes.
 * @throws CopyRefusal FILE_UNREADABLE, ARCHIVE_FOREIGN, ARCHIVE_DAMAGED, ARCHIVE_NEWER
 */
export async function openArchive(file: string, options: ReadOptions): Promise<Archive> {
  const handle = await openFile(file);
  let bytes: number;
  try {
    bytes = await checkSeal(handle, file, options);
  } finally {
    await handle.close();
  }
  const zip = await yauzl.openPromise(file, { autoClose: false }).catch(() => {
    throw damaged(file);
  });
  try {
    return { bytes, ...(await readEntries(zip, file)) };
  } catch (error) {
    zip.close();
    throw error;
  }
}
