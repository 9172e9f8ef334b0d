/**
 * `ManagedProcess` starts, observes, disturbs and ends one process. The pid belongs to the program
 * itself, because no shell or wrapper remains. Where `setpriv` exists, the kernel ends the program
 * when this process ends for any reason.
 *
 * States: `idle` —start→ `starting` —ready→ `up` —exit→ `idle`; stop() leads from `starting` or
 * `up` over `stopping` to `idle`. A frozen process is still `up`. After an exit that stop() did not
 * request, a `supervised` process goes from `up` to `pausing`, and from there to `starting`
 * (backoff.ts), until it is up or stop() is called.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { pollUntil } from '../../shared/wait-until.js';
import { nextBackoffMs } from './backoff.js';
import { makeDeathPrefix } from './death-signal.js';
import { StartError } from '../errors.js';
import { plainLine } from '../../shared/logs/log-line.js';
import type { Exit, ProcessEvents, ProcessKind, ProcessSpec } from './process-spec.js';
import { IDLE, type Pausing, type Starting, type ProcessState } from './process-state.js';
import { findDescendants, isAlive, sendSignal } from './process-tree.js';

export type { Exit, ProcessKind, ProcessSpec } from './process-spec.js';

const READY_POLL_MS = 20;
const KEPT_LINES = 12;

export class ManagedProcess extends EventEmitter<ProcessEvents> {
  /** Whether the process restarts after a crash. */
  supervised = false;
  #state: ProcessState = IDLE;
  #exited: Promise<Exit> = Promise.resolve({ code: null, signal: null, asked: true });
  #descendants: number[] = [];
  #lastLines: string[] = [];
  #backoffMs: number | null = null;
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
    return 'child' in this.#state ? (this.#state.child?.pid ?? null) : null;
  }
  /** Whether it started, became ready and has not ended since. A frozen process is up. */
  get up(): boolean {
    return this.#state.is === 'up';
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
    if (this.#state.is === 'pausing') this.#state.pause.abort();
    else if (this.#state !== IDLE) throw new Error(`${this.name} is ${this.#state.is} already`);
    const starting = this.#begin();
    try {
      await this.#launch(starting);
    } finally {
      if (this.#isStill(starting)) this.#state = IDLE;
    }
  }

  /** Whether no other call has changed the state since. */
  #isStill(state: ProcessState): boolean {
    return this.#state === state;
  }

  #begin(): Starting {
    const starting: Starting = { is: 'starting', child: null };
    this.#state = starting;
    this.#lastLines = [];
    return starting;
  }

  /** Leads to `up`, or rejects and leaves the state to the caller when no other call changed it. */
  async #launch(starting: Starting): Promise<void> {
    await this.#waitForOrphans();
    await this.spec.beforeStart?.();
    if (!this.#isStill(starting))
      throw new StartError(`${this.name} was stopped before it started.`);
    const child = this.#spawn();
    starting.child = child;
    try {
      await this.#becomeReady(starting, child);
      this.#state = { is: 'up', child, sinceMs: performance.now() };
    } catch (error) {
      // After stop() and another start(), the current program is not this one.
      if (this.pid === child.pid) await this.#end('SIGKILL', 0);
      throw error;
    }
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
    const state = this.#state;
    if (state.is === 'pausing') state.pause.abort();
    const child = 'child' in state ? state.child : null;
    this.#state = child?.pid === undefined ? IDLE : { is: 'stopping', child };
    if (this.#state !== IDLE) await this.#end(this.spec.stopSignal, deadlineMs);
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

  #spawn(): ChildProcess {
    const { before = [], command, cwd, deathSignal, env, ipc } = this.spec;
    const [program, ...args] = [...before, ...makeDeathPrefix(deathSignal), ...command] as [
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
        if (child.pid === undefined) resolve(this.#onExit(child, null, null));
      });
      child.once('exit', (code, by) => resolve(this.#onExit(child, code, by)));
    });
    return child;
  }

  #take(text: string): void {
    this.#lastLines = [...this.#lastLines, text].slice(-KEPT_LINES);
    this.emit('line', text);
  }

  #onExit(child: ChildProcess, code: number | null, by: NodeJS.Signals | null): Exit {
    const state = this.#state;
    const isOwn = 'child' in state && state.child === child;
    const exit = { code, signal: by, asked: state.is === 'stopping' };
    // A killed parent leaves its workers, which would keep the port.
    if (this.spec.group && child.pid !== undefined) sendSignal(-child.pid, 'SIGKILL');
    // While it starts, #becomeReady() notices the end, and reads the last lines first.
    if (isOwn && state.is === 'starting') state.child = null;
    else if (isOwn) this.#state = IDLE;
    this.emit('exited', exit);
    if (isOwn && state.is === 'up' && this.supervised && this.#state === IDLE)
      void this.#recover(performance.now() - state.sinceMs);
    return exit;
  }

  async #becomeReady(starting: Starting, child: ChildProcess): Promise<void> {
    const deadline = performance.now() + this.spec.readyDeadlineMs;
    while (child.pid !== undefined && starting.child === child) {
      if (!this.#isStill(starting))
        throw new StartError(`${this.name} was stopped while it started.`);
      if (await this.spec.ready().catch(() => false)) {
        if (this.#isStill(starting) && starting.child === child) return;
        continue;
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
    await this.#waitForOrphans();
  }

  /**
   * Waits for the children of a killed parent. They end shortly after it and keep its files open
   * until then.
   */
  async #waitForOrphans(): Promise<void> {
    await pollUntil(() => !this.#descendants.some(isAlive), {
      deadlineMs: this.spec.stopDeadlineMs,
      pollMs: READY_POLL_MS,
    });
    this.#descendants = [];
  }

  /** Restarts the process after a crash, repeatedly, until it is up or another call takes over. */
  async #recover(ranMs: number): Promise<void> {
    const endedMs = performance.now();
    for (let ran = ranMs; ; ran = 0) {
      const pausing: Pausing = { is: 'pausing', pause: new AbortController() };
      this.#state = pausing;
      this.#backoffMs = nextBackoffMs(this.#backoffMs, ran);
      const { signal } = pausing.pause;
      await delay(this.#backoffMs, undefined, { signal }).catch(() => undefined);
      if (!this.#isStill(pausing)) return;
      if (!this.supervised) break;
      const starting = this.#begin();
      const isUp = await this.#launch(starting).then(
        () => true,
        () => false,
      );
      if (isUp) this.emit('returned', performance.now() - endedMs);
      if (!this.#isStill(starting)) return;
      if (!this.supervised) break;
    }
    this.#state = IDLE;
  }
}
