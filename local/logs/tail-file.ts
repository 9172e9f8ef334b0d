/**
 * Reads the last lines of a log file, or the lines behind a position, and at most a fixed number of
 * bytes from the end. Follows the rotation of LogFile, which renames NAME to NAME.1. An incomplete
 * last line waits for its end. Does not guarantee lines between two rotations.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import {
  describePosition,
  findOffset,
  identifyFile,
  readBytes,
  type OpenFile,
} from './position.js';

export interface TailRequest {
  /** Most lines, the last ones. */
  lines: number;
  /** A position of an earlier tail; null: the end of the file. */
  after: string | null;
  isWanted: (line: string) => boolean;
}

export interface FileTail {
  /** Oldest first, without their ends. */
  lines: string[];
  /** Behind the last line that was read; empty: there is no file. */
  position: string;
  /** Whether lines before these were left out. */
  skipped: boolean;
  /** Whether `after` is a position in another file, or in content that is gone. */
  restarted: boolean;
}

/** Bytes of one read. */
const BYTES_MAX = 524_288;
const NEWLINE = 0x0a;
const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/**
 * Null: there is no regular file. O_NONBLOCK: a pipe would wait for its writer. O_NOFOLLOW: a link
 * would show a file that is no log.
 */
async function openFile(path: string): Promise<OpenFile | null> {
  const handle = await open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW).catch(() => null);
  const stats = await handle?.stat().catch(() => null);
  if (handle && stats?.isFile()) return { handle, stats };
  await handle?.close();
  return null;
}

/** The file, and before it the file of the last rotation. A rotation may happen in between. */
async function openFiles(path: string): Promise<OpenFile[]> {
  const current = await openFile(path);
  const older = await openFile(`${path}.1`);
  if (older === null || current === null) return [older ?? current].filter((file) => file !== null);
  if (identifyFile(older) !== identifyFile(current)) return [older, current];
  await older.handle.close();
  return [current];
}

/** The part of a file that may be read. */
interface Part {
  file: OpenFile;
  from: number;
}

/** The parts behind the position, oldest first; null: the position is in none of the files. */
async function findParts(files: readonly OpenFile[], after: string): Promise<Part[] | null> {
  for (const [index, file] of files.entries()) {
    const from = await findOffset(file, after);
    if (from !== null)
      return [{ file, from }, ...files.slice(index + 1).map((next) => ({ file: next, from: 0 }))];
  }
  return null;
}

interface Read {
  lines: string[];
  /** Offset behind the last complete line. */
  end: number;
  isCut: boolean;
}

/**
 * The complete lines of the last `most` bytes of a part. A line whose beginning is not among them
 * is left out, unless it is the only one.
 */
async function readPart({ file, from }: Part, most: number, isLast: boolean): Promise<Read> {
  const start = Math.max(from, file.stats.size - most);
  const bytes = await readBytes(file, start, file.stats.size);
  const end = isLast ? bytes.lastIndexOf(NEWLINE) + 1 : bytes.length;
  const first = start === from ? 0 : bytes.indexOf(NEWLINE) + 1;
  const isOnly = first > 0 && first === end;
  const text = bytes.toString('utf8', isOnly ? 0 : first, end).replace(/\r?\n$/, '');
  const lines = end === 0 || (first === end && !isOnly) ? [] : text.split(/\r?\n/);
  return {
    lines: isOnly ? lines.map((line) => `… ${line.replace(/^\uFFFD+/u, '')}`) : lines,
    end: end === 0 ? from : start + end,
    isCut: start > from && (end > 0 || !isLast),
  };
}

/** @param bytesMax bytes of all files together. */
async function readFiles(
  files: readonly OpenFile[],
  { lines, after, isWanted }: TailRequest,
  bytesMax: number,
): Promise<FileTail> {
  const last = files.at(-1);
  if (!last) return { lines: [], position: '', skipped: false, restarted: after !== null };
  const found = after === null ? null : await findParts(files, after);
  let left = bytesMax;
  const reads: Read[] = [];
  for (const part of (found ?? [{ file: last, from: 0 }]).toReversed()) {
    const read = await readPart(part, left, part.file === last);
    left = Math.max(0, left - (part.file.stats.size - part.from));
    reads.unshift(read);
  }
  // A first read of a long incomplete line finds no line, but lines may precede it.
  const isLonger = found === null && last.stats.size > bytesMax;
  const wanted = reads.flatMap((read) => read.lines).filter(isWanted);
  return {
    lines: wanted.slice(-lines),
    position: await describePosition(last, reads.at(-1)?.end ?? 0),
    skipped: wanted.length > lines || isLonger || reads.some(({ isCut }) => isCut),
    restarted: after !== null && found === null,
  };
}

/** @throws Error when the disk fails. A missing file has no lines. */
export async function tailFile(
  path: string,
  request: TailRequest,
  bytesMax = BYTES_MAX,
): Promise<FileTail> {
  const files = await openFiles(path);
  try {
    return await readFiles(files, request, bytesMax);
  } finally {
    await Promise.all(files.map(({ handle }) => handle.close()));
  }
}
