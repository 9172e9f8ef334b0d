/**
 * `relevo.json` in the data folder. Describes the running system for `npm run status` and other
 * programs, and locks the folder against a second start. When its process has ended (killed, or the
 * machine restarted), the next start takes the file over.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { lookHint } from './command-hint.js';
import { StartError } from './errors.js';
import { makePrivate } from './modes.js';
import { isAlive, readStartMark } from './processes/process-tree.js';

const entry = z.object({
  name: z.string(),
  kind: z.string(),
  pid: z.int().nullable(),
  port: z.int(),
  url: z.string(),
});

const running = z.object({
  pid: z.int(),
  /**
   * Distinguishes this process from a later one with the same pid; null where the operating system
   * has no start time.
   */
  startMark: z.string().nullable(),
  startedAt: z.string(),
  /** Null while the system starts. */
  system: z
    .object({
      addresses: z.record(z.string(), z.string()),
      processes: z.array(entry),
      /** Includes the password. */
      databaseUrl: z.string(),
      redisUrl: z.string(),
      /** Address of the control of rolling restarts. An older `npm start` has none. */
      control: z.string().optional(),
    })
    .nullable(),
});
export type Running = z.infer<typeof running>;
export type RunningSystem = NonNullable<Running['system']>;

const toFile = (dataDir: string): string => join(dataDir, 'relevo.json');

/** The system that runs on a data folder; null when none runs. */
export function readRunning(dataDir: string): Running | null {
  try {
    const found = running.parse(JSON.parse(readFileSync(toFile(dataDir), 'utf8')));
    const same = found.startMark === null || readStartMark(found.pid) === found.startMark;
    return isAlive(found.pid) && same ? found : null;
  } catch {
    return null;
  }
}

export interface Lock {
  /** Whether the previous owner ended without releasing the lock. */
  tookOver: boolean;
  /**
   * Writes the running system to the file. Event handlers call it, so it never throws. @returns the
   * reason of a failure; null: written.
   */
  write(system: RunningSystem): string | null;
  /** Never throws. */
  release(): void;
}

/** @returns the reason of a failure; null: none. */
function attempt(work: () => void): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** @throws StartError when Relevo already runs on this folder. */
export function lockInstallation(dataDir: string): Lock {
  makePrivate(dataDir);
  const file = toFile(dataDir);
  const mine = {
    pid: process.pid,
    startMark: readStartMark(process.pid),
    startedAt: new Date().toISOString(),
  };
  const text = (system: RunningSystem | null): string =>
    `${JSON.stringify({ ...mine, system }, null, 2)}\n`;
  const take = (): boolean => {
    try {
      writeFileSync(file, text(null), { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw new StartError(`${file} cannot be written: ${(error as Error).message}.`);
    }
  };
  let tookOver = false;
  while (!take()) {
    const other = readRunning(dataDir);
    if (other) {
      const [shows, ends] = ['npm run status', 'npm stop'].map((line) =>
        lookHint(line, process.env),
      );
      throw new StartError(
        `Relevo is running already (pid ${other.pid}); \`${shows}\` shows it, \`${ends}\` ends it.`,
      );
    }
    tookOver = true;
    rmSync(file, { force: true });
  }
  return {
    tookOver,
    write: (system) =>
      attempt(() => {
        writeFileSync(`${file}.new`, text(system), { mode: 0o600 });
        renameSync(`${file}.new`, file);
      }),
    release: () => void attempt(() => rmSync(file, { force: true })),
  };
}
