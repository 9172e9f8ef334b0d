/**
 * A position in a log file as text: the file, the offset, and a digest of the bytes before the
 * offset. The digest detects a file that was emptied and has grown again, and another file that
 * has the same inode.
 */
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/** An open regular file. */
export interface OpenFile {
  handle: FileHandle;
  stats: Stats;
}

const DIGEST_BYTES = 64;
const DIGEST_CHARACTERS = 8;

/** `device-inode` in base 36. */
export const identifyFile = ({ stats: { dev, ino } }: OpenFile): string =>
  `${dev.toString(36)}-${ino.toString(36)}`;

/** The bytes from `start` to `end`, fewer when the file has become shorter. */
export async function readBytes({ handle }: OpenFile, start: number, end: number): Promise<Buffer> {
  const room = Buffer.alloc(end - start);
  const { bytesRead } = await handle.read(room, 0, room.length, start);
  return room.subarray(0, bytesRead);
}

async function digestBefore(file: OpenFile, offset: number): Promise<string> {
  const bytes = await readBytes(file, Math.max(0, offset - DIGEST_BYTES), offset);
  return createHash('sha256').update(bytes).digest('hex').slice(0, DIGEST_CHARACTERS);
}

export const describePosition = async (file: OpenFile, offset: number): Promise<string> =>
  `${identifyFile(file)}-${offset}-${await digestBefore(file, offset)}`;

/** The offset of a position in this file; null: the position is of another file or content. */
export async function findOffset(file: OpenFile, position: string): Promise<number | null> {
  const offset = Number(position.split('-')[2]);
  if (!Number.isSafeInteger(offset) || offset > file.stats.size) return null;
  return (await describePosition(file, offset)) === position ? offset : null;
}
