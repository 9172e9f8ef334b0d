/** The states of a ManagedProcess, see processes.ts. */
import type { ChildProcess } from 'node:child_process';

/** Each run has a state object of its own, so that a late continuation of a former run notices. */
export interface Starting {
  is: 'starting';
  /** Null before the program runs, and after it has ended. */
  child: ChildProcess | null;
}
interface Up {
  is: 'up';
  child: ChildProcess;
  sinceMs: number;
}
interface Stopping {
  is: 'stopping';
  child: ChildProcess;
}
/** Waits before the restart after a crash. */
export interface Pausing {
  is: 'pausing';
  pause: AbortController;
}
export type ProcessState = { is: 'idle' } | Starting | Up | Stopping | Pausing;

export const IDLE: ProcessState = { is: 'idle' };
