/** Describes a process: its program, and how it starts, ends and reports. */
import type { BalancerName } from '../../shared/balancer/pool.js';

export type ProcessKind =
  | 'patients'
  | 'monitor'
  | 'payments'
  | 'gateway'
  | 'measurements'
  | 'device'
  | 'zookeeper'
  | 'postgres'
  | 'redis'
  | 'sentinel'
  | 'etcd'
  | 'patroni'
  | 'route'
  | BalancerName
  | 'other';

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
  deathSignal: 'KILL' | 'INT' | 'TERM';
  /**
   * Opens an IPC channel. When the channel closes, the program knows that we ended, on systems
   * without a death signal.
   */
  ipc?: boolean;
  /** The program forks, so freeze and kill must reach its descendants too. */
  tree?: boolean;
  /**
   * The descendants stay in the process group of the program and serve without it: its end ends
   * them.
   */
  group?: boolean;
  /** Runs before each start, a restart after a crash included: writes its settings, for example. */
  beforeStart?(): Promise<void>;
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
export interface ProcessEvents {
  line: [text: string];
  exited: [exit: Exit];
  returned: [afterMs: number];
}
