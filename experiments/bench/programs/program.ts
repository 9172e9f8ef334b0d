/**
 * A child process of the bench, controlled by commands. Its output goes to the run's log; when it
 * dies, all pending commands fail.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compile } from '../../../local/processes/compile.js';
import { ROOT } from '../../../local/root.js';
import type { ProgramCommand, ProgramReply } from './commands.js';

export interface ProgramOptions {
  /** As in tables and in the log. */
  name: string;
  /**
   * Relative to the project's root. Compiled, as a replica is, so that both have similar memory and
   * start times.
   */
  source: string;
  args?: readonly string[];
  /** The path of node. Default: that of this process. */
  execPath?: string;
  /** Additional arguments of node. */
  nodeArgs: readonly string[];
  /** Kills the process; its pending commands fail with an error. */
  signal: AbortSignal;
  onLine: (name: string, line: string) => void;
}

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

const END_DEADLINE_MS = 10_000;

export class BenchProgram {
  private readonly waiting = new Map<number, Waiting>();
  private readonly exited: Promise<void>;
  private asked = 0;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.fail(new Error(`${name} ended (${signal ?? `code ${code}`})`));
        resolve();
      });
    });
    child.on('message', (reply: ProgramReply) => this.take(reply));
    child.on('error', (error) => this.fail(error));
  }

  static async start({
    name,
    source,
    args = [],
    execPath = process.execPath,
    nodeArgs,
    signal,
    onLine,
  }: ProgramOptions): Promise<BenchProgram> {
    const file = join(ROOT, await compile(source));
    const child = fork(file, [...args], {
      cwd: ROOT,
      execPath,
      execArgv: ['--enable-source-maps', ...nodeArgs],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => onLine(name, line));
    }
    const kill = (): void => void child.kill('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    child.once('exit', () => signal.removeEventListener('abort', kill));
    if (signal.aborted) kill();
    return new BenchProgram(name, child);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** @throws Error with the message of the child, or about its death. */
  ask<Result>(command: string, argument: unknown = null): Promise<Result> {
    const id = (this.asked += 1);
    const question: ProgramCommand = { id, command, argument };
    return new Promise<Result>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      if (this.child.connected) this.child.send(question);
      else this.fail(new Error(`${this.name} has ended`));
    });
  }

  /** Ends the process, with SIGKILL after a time-out. Does nothing when it has ended. */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), END_DEADLINE_MS);
    if (this.child.connected)
      this.child.send(
        { id: 0, command: 'end', argument: null } satisfies ProgramCommand,
        () => undefined,
      );
    await this.exited.finally(() => clearTimeout(timer));
  }

  /** Kills the process with SIGKILL; resolves when it is dead. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  private take({ id, result, error }: ProgramReply): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(`${this.name}: ${error}`));
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
