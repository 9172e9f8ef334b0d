/**
 * `ManagedProcess` starts, observes, disturbs and ends one process. The pid belongs to the program
 * itself, because no shell or wrapper remains. Where `setpriv` exists, the kernel ends the program
 * when this process ends for any reason.
 *
 * States: `idle` —start→ `starting` —ready→ `up` —exit→ `idle`; stop() leads from `starting` or
 * `up` to `stopping`. A frozen process is still `up`. After an exit that stop() did not request, a
 * `supervised` process restarts after a pause (backoff.ts).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { nextBackoffMs } from './backoff.js';
import { StartError } from '../errors.js';
import { plainLine } from './log-line.js';
import { findDescendants, isAlive, sendSignal } from './process-tree.js';
import { findProgram } from '../setup/programs.mjs';

export type ProcessKind =
  'patients' | 'monitor' | 'payments' | 'gateway' | 'postgres' | 'redis' | 'other';

export interface ProcessSpec {
  name: string;
  kind: ProcessKind;
  port: number;
  /** Its address, without a trailing slash. */
  url: string;
  /** Program and arguments. */
  command: readonly [string, ...string[]];
  /**
   * Prefix of the whole command: a program that replaces itself by the next one, such as `unshare …
   * --`.
   */
  before?: readonly string[];
  /** Working directory. Default: ours. */
  cwd?: string;
  /** Added to our environment; undefined removes a variable. */
  env?: Readonly<Record<string, string | undefined>>;
  /** The signal that the kernel sends to it when this process ends. */
  deathSignal: 'KILL' | 'INT';
  /**
   * Opens an IPC channel. When the channel closes, the program knows that we ended, on systems
   * without a death signal.
   */
  ipc?: boolean;
  /** The program forks, so freeze and kill must reach its descendants too. */
  tree?: boolean;
  /** One readiness check; polled. */
  ready(): Promise<boolean>;
  readyDeadlineMs: number;
  stopSignal: NodeJS.Signals;
  /** stop() kills the process after this time, in ms. */
  stopDeadlineMs: number;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Whether stop() caused it. */
  asked: boolean;
}

/**
 * `line`: one line of its output. `exited`: the process ended. `returned`: supervision restarted
 * it, after this many ms.
 */
interface ProcessEvents {
  line: [text: string];
  exited: [exit: Exit];
  returned: [afterMs: number];
}

const READY_POLL_MS = 20;
const KEPT_LINES = 12;

const setpriv = findProgram(['setpriv']);
const shell = findProgram(['sh']);
/** $0 is our process id. `exec` replaces the shell, so the program gets its pid. */
const UNLESS_ORPHAN = '[ "$PPID" = "$0" ] || exit 1; exec "$@"';

/**
 * The command prefix that makes the kernel end a program when this process ends. The kernel
 * observes the parent only after the death signal is set, so the shell then compares the parent:
 * when we were killed before, the program does not start.
 */
function endsWithUs(deathSignal: ProcessSpec['deathSignal']): string[] {
  if (!setpriv) return [];
  const check = shell ? [shell, '-c', UNLESS_ORPHAN, String(process.pid)] : [];
  return [setpriv, '--pdeathsig', deathSignal, '--', ...check];
}

export class ManagedProcess extends EventEmitter<ProcessEvents> {
  /** Whether the process restarts after a crash. */
  supervised = false;
  #state: 'idle' | 'starting' | 'up' | 'stopping' = 'idle';
  #child: ChildProcess | null = null;
  #exited: Promise<Exit> = Promise.resolve({ code: null, signal: null, asked: true });
  #descendants: number[] = [];
  #lastLines: string[] = [];
  /** Whether the process must run: true from start() to stop(), also after a crash. */
  #wanted = false;
  #upSince = 0;
  #backoffMs: number | null = null;
  #pause: AbortController | null = null;
  #environment: Readonly<Record<string, string | undefined>> = {};

  constructor(readonly spec: ProcessSpec) {
    super();
  }

  get name(): string {
    return this.spec.name;
  }
  get kind(): ProcessKind {
    return this.spec.kind;
  }
  get port(): number {
    return this.spec.port;
  }
  get url(): string {
    return this.spec.url;
  }
  /** Null while it does not run. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }
  /** Whether it started, became ready and has not ended since. A frozen process is up. */
  get up(): boolean {
    return this.#state === 'up';
  }
  /**
   * Resolves when the current run ends; holds the end of the last run when the process does not
   * run.
   */
  get exited(): Promise<Exit> {
    return this.#exited;
  }
  /** The last lines of its output, oldest first. */
  get lastLines(): readonly string[] {
    return this.#lastLines;
  }

  /** Sets variables for its next start. They override those of the spec. */
  instruct(environment: Readonly<Record<string, string | undefined>>): void {
    this.#environment = { ...this.#environment, ...environment };
  }

  /**
   * Starts the process and waits until it is ready. @throws StartError with its name and last
   * lines.
   */
  async start(): Promise<void> {
    if (this.#state !== 'idle') throw new Error(`${this.name} is ${this.#state} already`);
    this.#pause?.abort();
    this.#wanted = true;
    await this.#launch();
  }

  async #launch(): Promise<void> {
    this.#state = 'starting';
    this.#lastLines = [];
    try {
      await this.#orphansGone();
      if (!this.#wanted) throw new StartError(`${this.name} was stopped before it started.`);
      this.#spawn();
      await this.#becomeReady();
    } catch (error) {
      await this.#end('SIGKILL', 0);
      throw error;
    }
    this.#state = 'up';
    this.#upSince = performance.now();
  }

  /**
   * Sends a signal to the program; SIGKILL reaches the whole tree. @returns false when the process
   * does not run.
   */
  kill(name: NodeJS.Signals = 'SIGKILL'): boolean {
    if (this.pid === null) return false;
    if (!this.spec.tree || name !== 'SIGKILL') return sendSignal(this.pid, name);
    this.#descendants = findDescendants(this.pid);
    const sent = sendSignal(this.pid, name);
    this.#descendants.forEach((pid) => sendSignal(pid, name));
    return sent;
  }

  /** Freezes the process: its port still accepts connections, and no request is answered. */
  freeze(): boolean {
    return this.#signalTree('SIGSTOP');
  }

  /** Resumes a frozen process. */
  thaw(): boolean {
    return this.#signalTree('SIGCONT');
  }

  /**
   * Sends the stop signal, resumes the process when it is frozen, and kills it after the deadline.
   * No effect when it does not run.
   */
  async stop(deadlineMs = this.spec.stopDeadlineMs): Promise<void> {
    this.#wanted = false;
    this.#pause?.abort();
    if (this.pid === null) return;
    this.#state = 'stopping';
    await this.#end(this.spec.stopSignal, deadlineMs);
  }

  /** Stops it, then starts it. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  #signalTree(name: NodeJS.Signals): boolean {
    if (this.pid === null) return false;
    const sent = sendSignal(this.pid, name);
    // The parent comes first, so that it cannot fork during the freeze.
    if (this.spec.tree) findDescendants(this.pid).forEach((pid) => sendSignal(pid, name));
    return sent;
  }

  #spawn(): void {
    const { before = [], command, cwd, deathSignal, env, ipc } = this.spec;
    const [program, ...args] = [...before, ...endsWithUs(deathSignal), ...command] as [
      string,
      ...string[],
    ];
    const child = spawn(program, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env, ...this.#environment },
      stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
      // A separate process group: Ctrl-C in the terminal must reach only us, so that we stop the
      // processes in order.
      detached: true,
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream)
        createInterface({ input: stream, crlfDelay: Infinity }).on('line', (text) =>
          this.#take(text),
        );
      stream?.on('error', (error) => this.#take(error.message));
    }
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#take(error.message);
        if (child.pid === undefined) resolve(this.#ended(child, null, null));
      });
      child.once('exit', (code, by) => resolve(this.#ended(child, code, by)));
    });
  }

  #take(text: string): void {
    this.#lastLines = [...this.#lastLines, text].slice(-KEPT_LINES);
    this.emit('line', text);
  }

  #ended(child: ChildProcess, code: number | null, by: NodeJS.Signals | null): Exit {
    const wasUp = this.#state === 'up';
    const asked = this.#state === 'stopping';
    if (this.#child === child) this.#child = null;
    // While starting, #launch() resets the state itself, after it has read the last lines.
    if (this.#state !== 'starting') this.#state = 'idle';
    const exit = { code, signal: by, asked };
    this.emit('exited', exit);
    if (wasUp && this.supervised) void this.#return(performance.now() - this.#upSince);
    return exit;
  }

  async #becomeReady(): Promise<void> {
    const child = this.#child;
    const deadline = performance.now() + this.spec.readyDeadlineMs;
    while (this.#child === child && child?.pid !== undefined) {
      if (this.#state !== 'starting')
        throw new StartError(`${this.name} was stopped while it started.`);
      if (await this.spec.ready().catch(() => false)) {
        if (this.#child === child) return;
        break;
      }
      if (performance.now() > deadline)
        throw this.#failure(`was not ready after ${this.spec.readyDeadlineMs / 1000} s`);
      await delay(READY_POLL_MS);
    }
    const { code, signal: by } = await this.#exited;
    await delay(READY_POLL_MS); // Its last output may still be in the pipe.
    throw this.#failure(
      by ? `was ended by ${by}` : `ended${code === null ? '' : ` with code ${code}`}`,
    );
  }

  #failure(what: string): StartError {
    const lines =
      this.#lastLines.length > 0
        ? ` Its last lines:\n${this.#lastLines.map((line) => `  ${plainLine(line)}`).join('\n')}`
        : '';
    return new StartError(`${this.name} did not start: it ${what}.${lines}`);
  }

  async #end(name: NodeJS.Signals, deadlineMs: number): Promise<void> {
    const exited = this.#exited;
    if (this.pid !== null) {
      this.kill(name);
      if (name !== 'SIGKILL') this.thaw();
      const timer = setTimeout(() => this.kill('SIGKILL'), deadlineMs);
      await exited.finally(() => clearTimeout(timer));
    }
    this.#state = 'idle';
    await this.#orphansGone();
  }

  /**
   * Waits for the children of a killed parent. They end shortly after it and keep its files open
   * until then.
   */
  async #orphansGone(): Promise<void> {
    const deadline = performance.now() + this.spec.stopDeadlineMs;
    while (this.#descendants.some(isAlive) && performance.now() < deadline)
      await delay(READY_POLL_MS);
    this.#descendants = [];
  }

  /** Restarts the process after a crash, repeatedly, until it is up or no longer wanted. */
  async #return(ranMs: number): Promise<void> {
    const left = performance.now();
    const pause = (this.#pause = new AbortController());
    const due = (): boolean =>
      this.supervised && this.#wanted && this.#state === 'idle' && !pause.signal.aborted;
    for (let ran = ranMs; due(); ran = 0) {
      this.#backoffMs = nextBackoffMs(this.#backoffMs, ran);
      await delay(this.#backoffMs, undefined, { signal: pause.signal }).catch(() => undefined);
      if (!due()) return;
      const started = await this.#launch().then(
        () => true,
        () => false,
      );
      if (started) this.emit('returned', performance.now() - left);
    }
  }
}
