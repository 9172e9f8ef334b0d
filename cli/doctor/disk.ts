/** Checks the free space on the disk of the data folder: bytes and inodes. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { quoteForShell } from '../../local/command-hint.js';
import { ok, problem, warning, type Check, type Finding } from './finding.js';

export interface DiskFacts {
  path: string;
  freeBytes: number;
  /** Null where the file system has no fixed number of inodes. */
  freeInodes: number | null;
}

const MEGABYTE = 1_000_000;
/**
 * PostgreSQL keeps up to 1 GB of write-ahead log before it recycles it, and a new database has 60
 * MB.
 */
const LEAST_BYTES = 500 * MEGABYTE;
const LOW_BYTES = 2_000 * MEGABYTE;
/** A new database has some 1,500 files. */
const LEAST_INODES = 3_000;
const LOW_INODES = 20_000;

const sizeText = (bytes: number): string =>
  bytes >= 1_000 * MEGABYTE
    ? `${(bytes / 1_000 / MEGABYTE).toFixed(1)} GB`
    : `${Math.round(bytes / MEGABYTE)} MB`;

export function judgeDisk({ path, freeBytes, freeInodes }: DiskFacts): Finding[] {
  const fix = `du -xh --max-depth=1 ${quoteForShell(path)} | sort -h   or: RELEVO_DATA=/elsewhere npm start`;
  const room = `${sizeText(freeBytes)} free`;
  const bytes = freeBytes < LEAST_BYTES ? problem : freeBytes < LOW_BYTES ? warning : null;
  const findings = [
    bytes ? bytes('disk', `${room}: too little for a growing database.`, fix) : ok('disk', room),
  ];
  if (freeInodes === null) return findings;
  const inodes = freeInodes < LEAST_INODES ? problem : freeInodes < LOW_INODES ? warning : null;
  return inodes
    ? [...findings, inodes('inodes', `Only ${freeInodes} more files fit on that disk.`, fix)]
    : findings;
}

/** @param measure reads the file system; a test replaces it. */
export const diskCheckWith = (
  measure: (path: string) => Promise<Pick<DiskFacts, 'freeBytes' | 'freeInodes'>>,
): Check => ({
  name: 'disk',
  async look({ config: { dataDir } }) {
    let path = dataDir;
    while (!existsSync(path)) path = dirname(path);
    return judgeDisk({ path, ...(await measure(path)) });
  },
});

export const diskCheck = diskCheckWith(async (path) => {
  const { bavail, bsize, files, ffree } = await statfs(path);
  return { freeBytes: bavail * bsize, freeInodes: files === 0 ? null : ffree };
});
