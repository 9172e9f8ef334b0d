/**
 * A disk of the lab, in memory, whose size can be changed while it is in use: it is full when its
 * size equals its used space. It is mounted in a namespace that only the lab's processes enter. It
 * needs no privileges where the system allows user namespaces, and no more memory than its content.
 * The disk vanishes with the last process in the namespace; its keeper process ends when the lab
 * ends in any way, because its input is closed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Volume } from '../../local/engines/postgres.js';
import { runToEnd } from '../../local/processes/run-to-end.js';
import { findProgram } from '../../local/setup/programs.mjs';

/** Much more than a run writes. */
const SIZE_BYTES = 2 * 1024 ** 3;
/** Attempts, because the used space may grow between reading it and resizing. */
const TRIES = 20;
const AS_NOBODY_SPECIAL = ['-U', '--map-user=1000', '--map-group=1000', '--'];

export class MemoryDisk implements Volume {
  /** Path of the folder from outside the namespace: through the keeper's /proc entry. */
  readonly window: string;
  readonly enter: readonly string[];
  private readonly asMounter: readonly string[];

  private constructor(
    readonly folder: string,
    private readonly keeper: ChildProcess,
    nsenter: string,
    unshare: string,
  ) {
    this.window = join('/proc', String(keeper.pid), 'root', folder);
    this.asMounter = [
      nsenter,
      '-t',
      String(keeper.pid),
      '-U',
      '-m',
      '--preserve-credentials',
      '--',
    ];
    this.enter = [...this.asMounter, unshare, ...AS_NOBODY_SPECIAL];
  }

  /** The process that keeps the disk mounted. */
  get pid(): number {
    return this.keeper.pid ?? 0;
  }

  /** Creates `folder` and mounts the disk there; null where the machine does not allow it. */
  static async open(folder: string): Promise<MemoryDisk | null> {
    const [unshare, nsenter] = [findProgram(['unshare']), findProgram(['nsenter'])];
    if (!unshare || !nsenter) return null;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const script = 'mount -t tmpfs -o "size=$2,mode=0700" tmpfs "$1" && echo mounted && exec cat';
    const args = [
      '-U',
      '--map-root-user',
      '-m',
      '--propagation',
      'private',
      'sh',
      '-c',
      script,
      'sh',
      folder,
      String(SIZE_BYTES),
    ];
    const keeper = spawn(unshare, args, { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
    const disk = new MemoryDisk(folder, keeper, nsenter, unshare);
    if (
      (await firstLine(keeper)) === 'mounted' &&
      (await runToEnd([...disk.enter, 'true'])).code === 0
    )
      return disk;
    await disk.close();
    return null;
  }

  /** Makes the disk full: no further write succeeds. @throws Error when resizing fails. */
  async fill(): Promise<void> {
    let last = '';
    for (let tries = 0; tries < TRIES; tries += 1) {
      const { blocks, bfree, bsize } = statfsSync(this.window);
      last = await this.resize((blocks - bfree) * bsize);
      if (last === '') return;
    }
    throw new Error(`the disk cannot be filled: ${last}`);
  }

  /** Restores the original size. @throws Error when resizing fails. */
  async empty(): Promise<void> {
    const failure = await this.resize(SIZE_BYTES);
    if (failure !== '') throw new Error(`the size of the disk cannot be restored: ${failure}`);
  }

  /** Must be called after the last use of the disk. */
  async close(): Promise<void> {
    if (
      this.keeper.pid === undefined ||
      this.keeper.exitCode !== null ||
      this.keeper.signalCode !== null
    )
      return;
    const ended = new Promise((resolve) => this.keeper.once('exit', resolve));
    this.keeper.kill('SIGKILL');
    await ended;
  }

  /** @returns an error message; empty on success. */
  private async resize(bytes: number): Promise<string> {
    const { code, output } = await runToEnd([
      ...this.asMounter,
      'mount',
      '-o',
      `remount,size=${bytes}`,
      this.folder,
    ]);
    return code === 0 ? '' : output || `mount ended with code ${code}`;
  }
}

/** Null when the process ends without a line of output. */
function firstLine(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', () => resolve(null));
    if (child.stdout) createInterface({ input: child.stdout }).once('line', resolve);
  });
}
