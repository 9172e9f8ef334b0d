/**
 * One process that we start, watch, hurt and end: `ManagedProcess`. The pid is the program's own (no shell and no wrapper stays),
 * and where `setpriv` exists the kernel ends the program when we die, however we die.
 *
 * States: `idle` —start→ `starting` —ready→ `up` —exit→ `idle`; `stopping` from `starting` or `up` by stop(). A frozen process
 * is still `up`. An exit that nobody asked for, while `supervised`, is followed by a start after a pause (backoff.ts).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { nextBackoffMs } from './backoff.js';
import { StartError } from './fail.js';
import { plainLine } from './log-line.js';
import { descendantsOf, isAlive, signal } from './process-tree.js';
import { findProgram } from './setup/programs.mjs';

export type ProcessKind = 'patients' | 'monitor' | 'payments' | 'gateway' | 'postgres' | 'redis' | 'other';

export interface ProcessSpec {
  name: string;
  kind: ProcessKind;
  port: number;
  /** Where it answers, without a trailing slash. */
  url: string;
  /** Program and arguments. */
  command: readonly [string, ...string[]];
  /** Words in front of everything: a program that becomes the next one, such as `unshare … --`. */
  before?: readonly string[];
  /** Working directory; ours when left out. */
  cwd?: string;
  /** Added to our environment; undefined removes a variable. */
  env?: Readonly<Record<string, string | undefined>>;
  /** What the kernel sends it when we die. */
  deathSignal: 'KILL' | 'INT';
  /** Opens an IPC channel: its closing tells the program that we are gone where the kernel does not. */
  ipc?: boolean;
  /** It forks: freezing and killing reach its descendants too. */
  tree?: boolean;
  /** One look whether it can be used; polled. */
  ready(): Promise<boolean>;
  readyDeadlineMs: number;
  stopSignal: NodeJS.Signals;
  /** After this many ms stop() kills. */
  stopDeadlineMs: number;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Whether stop() caused it. */
  asked: boolean;
}

/** `line`: one line of its output. `exited`: it ended. `returned`: supervision brought it back, after so many ms. */
interface ProcessEvents {
  line: [text: string];
  exited: [exit: Exit];
  returned: [afterMs: number];
}

const READY_POLL_MS = 20;
const KEPT_LINES = 12;

const setpriv = findProgram(['setpriv']);
const shell = findProgram(['sh']);
/** $0 is our process id. `exec`: the pid stays the program's own. */
const UNLESS_ORPHAN = '[ "$PPID" = "$0" ] || exit 1; exec "$@"';

/**
 * Words in front of a program that make the kernel end it when we die. The kernel takes note only from the moment when the signal is
 * set, so the parent is compared afterwards: a starter that was killed before leaves no program behind.
 */
function endsWithUs(deathSignal: ProcessSpec['deathSignal']): string[] {
  if (!setpriv) return [];
  const check = shell ? [shell, '-c', UNLESS_ORPHAN, String(process.pid)] : [];
  return [setpriv, '--pdeathsig', deathSignal, '--', ...check];
}

export class ManagedProcess extends EventEmitter<ProcessEvents> {
  /** Whether a crash is followed by a start. */
  supervised = false;
  #state: 'idle' | 'starting' | 'up' | 'stopping' = 'idle';
  #child: ChildProcess | null = null;
  #exited: Promise<Exit> = Promise.resolve({ code: null, signal: null, asked: true });
  #descendants: number[] = [];
  #lastLines: string[] = [];
  /** Whether it should run: true from start() to stop(), crashes or not. */
  #wanted = false;
  #upSince = 0;
  #backoffMs: number | null = null;
  #pause: AbortController | null = null;
  #environment: Readonly<Record<string, string | undefined>> = {};

  constructor(readonly spec: ProcessSpec) {
    super();
  }

  get name(): string { return this.spec.name; }
  get kind(): ProcessKind { return this.spec.kind; }
  get port(): number { return this.spec.port; }
  get url(): string { return this.spec.url; }
  /** Null while it does not run. */
  get pid(): number | null { return this.#child?.pid ?? null; }
  /** Started and found ready, and not ended since; a frozen one is up. */
  get up(): boolean { return this.#state === 'up'; }
  /** The end of the present life; of the last one when it does not run. */
  get exited(): Promise<Exit> { return this.#exited; }
  /** The last lines it wrote, oldest first. */
  get lastLines(): readonly string[] { return this.#lastLines; }

  /** Variables for its next start, over those it was made with. */
  instruct(environment: Readonly<Record<string, string | undefined>>): void {
    this.#environment = { ...this.#environment, ...environment };
  }

  /** Starts it and waits until it is ready. @throws StartError naming it, with its last lines. */
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

  /** Sends a signal to the program; SIGKILL to a tree reaches all of it. @returns false when it does not run. */
  kill(name: NodeJS.Signals = 'SIGKILL'): boolean {
    if (this.pid === null) return false;
    if (!this.spec.tree || name !== 'SIGKILL') return signal(this.pid, name);
    this.#descendants = descendantsOf(this.pid);
    const sent = signal(this.pid, name);
    this.#descendants.forEach((pid) => signal(pid, name));
    return sent;
  }

  /** Stops it in the middle of whatever it does: its port still accepts, nothing answers. */
  freeze(): boolean { return this.#signalTree('SIGSTOP'); }

  /** Wakes a frozen one. */
  thaw(): boolean { return this.#signalTree('SIGCONT'); }

  /** Ends it: asks, wakes it if it is frozen, kills it when the deadline has passed. Does nothing when it does not run. */
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
    const sent = signal(this.pid, name);
    // The parent first when stopping, so that it starts no new child meanwhile.
    if (this.spec.tree) descendantsOf(this.pid).forEach((pid) => signal(pid, name));
    return sent;
  }

  #spawn(): void {
    const { before = [], command, cwd, deathSignal, env, ipc } = this.spec;
    const [program, ...args] = [...before, ...endsWithUs(deathSignal), ...command] as [string, ...string[]];
    const child = spawn(program, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env, ...this.#environment },
      stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
      // Not our process group: Ctrl-C in the terminal is ours to pass on, in order.
      detached: true,
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream, crlfDelay: Infinity }).on('line', (text) => this.#take(text));
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
    // While starting, start() itself puts the state back, after it has read the last lines.
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
      if (this.#state !== 'starting') throw new StartError(`${this.name} was stopped while it started.`);
      if (await this.spec.ready().catch(() => false)) {
        if (this.#child === child) return;
        break;
      }
      if (performance.now() > deadline) throw this.#failure(`was not ready after ${this.spec.readyDeadlineMs / 1000} s`);
      await delay(READY_POLL_MS);
    }
    const { code, signal: by } = await this.#exited;
    await delay(READY_POLL_MS); // What it wrote last may still be in the pipe.
    throw this.#failure(by ? `was ended by ${by}` : `ended${code === null ? '' : ` with code ${code}`}`);
  }

  #failure(what: string): StartError {
    const lines = this.#lastLines.length > 0 ? ` Its last lines:\n${this.#lastLines.map((line) => `  ${plainLine(line)}`).join('\n')}` : '';
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

  /** The children of a killed parent end a moment later; until then they hold its files. */
  async #orphansGone(): Promise<void> {
    const deadline = performance.now() + this.spec.stopDeadlineMs;
    while (this.#descendants.some(isAlive) && performance.now() < deadline) await delay(READY_POLL_MS);
    this.#descendants = [];
  }

  /** Brings it back after a crash, again and again, until it is up or no longer wanted. */
  async #return(ranMs: number): Promise<void> {
    const left = performance.now();
    const pause = (this.#pause = new AbortController());
    const due = (): boolean => this.supervised && this.#wanted && this.#state === 'idle' && !pause.signal.aborted;
    for (let ran = ranMs; due(); ran = 0) {
      this.#backoffMs = nextBackoffMs(this.#backoffMs, ran);
      await delay(this.#backoffMs, undefined, { signal: pause.signal }).catch(() => undefined);
      if (!due()) return;
      const started = await this.#launch().then(() => true, () => false);
      if (started) this.emit('returned', performance.now() - left);
    }
  }
}
