/**
 * Remembers from which files a program was compiled, so that it is compiled again only after one of
 * them has changed. A run of the tests starts dozens of systems and compiles each service once.
 */
import { readFileSync, statSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from '../root.js';

/** Time of the last change and size; null: the file does not exist. */
type Mark = readonly [mtimeMs: number, size: number] | null;

interface BuildRecord {
  /** Of the compiled file and all its inputs, by path relative to the project's root. */
  marks: Readonly<Record<string, Mark>>;
}

/** These change the result too: how to compile, the compiler, the installed packages. */
const ALWAYS = [
  'local/processes/compile.ts',
  'local/processes/packages.ts',
  'node_modules/.package-lock.json',
  'node_modules/esbuild/package.json',
];
/** The clock of the file system advances in steps of a few ms. */
const CLOCK_STEP_MS = 20;

function readMark(path: string): Mark {
  const stats = statSync(join(ROOT, path), { throwIfNoEntry: false });
  return stats ? [stats.mtimeMs, stats.size] : null;
}

/** Not beside the compiled files, which are copied into the image. */
const toRecordPath = (compiled: string): string =>
  join(ROOT, 'generated/build-inputs', `${compiled.replaceAll('/', '+')}.json`);

function readRecord(compiled: string): BuildRecord | null {
  try {
    return JSON.parse(readFileSync(toRecordPath(compiled), 'utf8')) as BuildRecord;
  } catch {
    return null;
  }
}

const isSame = (path: string, mark: Mark): boolean => {
  const now = readMark(path);
  return now === null || mark === null ? now === mark : now[0] === mark[0] && now[1] === mark[1];
};

/**
 * Whether a compiled file exists and neither it nor one of its inputs has changed since. Two
 * processes may compile at the same time: a record then fits the file of only one of them, and the
 * next start compiles again.
 */
export function isCurrent(compiled: string): boolean {
  const marks = readRecord(compiled)?.marks ?? {};
  return (
    (marks[compiled] ?? null) !== null &&
    Object.entries(marks).every(([path, mark]) => isSame(path, mark))
  );
}

/**
 * Call this when the compiled file is in its place. Records nothing when an input changed after
 * `startedAt`: the compiler may have read the earlier content.
 */
export async function recordInputs(
  compiled: string,
  inputs: readonly string[],
  startedAt: number,
): Promise<void> {
  const marks = Object.fromEntries([...ALWAYS, ...inputs].map((path) => [path, readMark(path)]));
  const newest = Math.max(...Object.values(marks).map((mark) => mark?.[0] ?? 0));
  if (newest >= startedAt - CLOCK_STEP_MS) return;
  const record: BuildRecord = { marks: { ...marks, [compiled]: readMark(compiled) } };
  const path = toRecordPath(compiled);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.${process.pid}`, JSON.stringify(record));
  await rename(`${path}.${process.pid}`, path);
}
