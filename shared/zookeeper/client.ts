/**
 * A connection to a ZooKeeper ensemble with explicit states and an own clock.
 *
 * - A connection that is silent for half of the session time-out is dropped, and another member is
 *   tried (watchdog). The session, its ephemeral nodes and its watches continue there.
 * - Every call has a deadline, is sent at once or not at all, and is not repeated.
 * - `silentMs` counts from the moment at which the last answered request was *sent*. While it is
 *   below the session time-out, the ensemble has not ended the session.
 * - After the session expired, a new session begins with a new library client.
 *
 * No guarantee: a call that failed with `CONNECTION_LOSS` or `DEADLINE` may have had its effect.
 * Reads may be older than the latest write of another session.
 */
import zookeeper, { type Client, type Exception } from 'node-zookeeper-client';
import { waitAtMost } from '../deadline.js';
import { pollUntil } from '../wait-until.js';
import { ZooKeeperError } from './errors.js';
import { createLibraryClient, dropConnection, forgetPartialAnswer, getSocket } from './library.js';

/**
 * `connecting`: a new session begins. `connected`: the ensemble answers. `suspended`: it does not
 * answer; the session may live. `lost`: silent for a whole session time-out, so the session may
 * have ended. `expired`: the ensemble ended the session; `connecting` follows.
 */
export type ConnectionState =
  'connecting' | 'connected' | 'suspended' | 'lost' | 'expired' | 'closed';

export interface ZooKeeperOptions {
  /** `host:port,host:port,…` */
  servers: string;
  /** Requested session time-out, in ms; the ensemble may grant another one. */
  sessionTimeoutMs: number;
  /** Called at each change of the state. `reason` is a clause for a log line. */
  onState?: (state: ConnectionState, reason: string) => void;
}

/** A call of the library: it receives the client and a callback. */
type LibraryCall<T> = (
  client: Client,
  done: (error: Error | Exception | null, value: T) => void,
) => void;

/** Probes per session time-out. */
const PROBES = 8;
/**
 * Attempts per session time-out: after a silence of half of it, one attempt at a member that does
 * not answer leaves time for another one.
 */
const ATTEMPTS = 3;
/** Longest wait for the orderly end of a session, in ms. */
const CLOSE_MS = 500;

const toZooKeeperError = (error: Error | Exception): ZooKeeperError => {
  const name = 'getName' in error ? error.getName() : error.name;
  return new ZooKeeperError(name, `ZooKeeper: ${name}`, error);
};

export class ZooKeeper {
  /** Number of the present session, from 1. */
  session = 0;
  private current: ConnectionState = 'closed';
  private client!: Client;
  private timer: NodeJS.Timeout | undefined;
  private lastAnswerMs = 0;
  /** When the present attempt to connect began. */
  private attemptMs = 0;
  private isProbing = false;

  constructor(private readonly options: ZooKeeperOptions) {}

  get state(): ConnectionState {
    return this.current;
  }

  /** The session time-out that applies, in ms: the shorter of the requested and the granted one. */
  get sessionTimeoutMs(): number {
    return Math.min(this.options.sessionTimeoutMs, this.client.getSessionTimeout());
  }

  /** Time since the last answered request was sent, in ms. */
  get silentMs(): number {
    return performance.now() - this.lastAnswerMs;
  }

  /** Connects, and reconnects until `close`. Does not wait for a connection. */
  start(): void {
    this.beginSession();
    this.timer = setInterval(() => this.watch(), this.options.sessionTimeoutMs / PROBES);
  }

  /** Ends the session, so that its ephemeral nodes disappear at once when the ensemble answers. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    const { client } = this;
    this.change('closed', 'this process closed the connection');
    client.close();
    await pollUntil(() => getSocket(client)?.destroyed ?? true, {
      deadlineMs: CLOSE_MS,
      pollMs: 10,
    });
    dropConnection(client);
  }

  /**
   * Sends one call and waits for its answer.
   * @throws ZooKeeperError with the code of the refusal, `CONNECTION_LOSS` or `DEADLINE`.
   */
  async call<T>(send: LibraryCall<T>): Promise<T> {
    if (this.current !== 'connected')
      throw new ZooKeeperError('CONNECTION_LOSS', `not sent: ZooKeeper is ${this.current}`);
    return this.send(send);
  }

  private async send<T>(send: LibraryCall<T>): Promise<T> {
    const { client } = this;
    const sentMs = performance.now();
    const answer = new Promise<T>((resolve, reject) =>
      send(client, (error, value) => {
        const failure = error ? toZooKeeperError(error) : null;
        if (!/^(CONNECTION_LOSS|SESSION_EXPIRED)$/.test(failure?.code ?? ''))
          this.noteAnswer(client, sentMs);
        if (failure) reject(failure);
        else resolve(value);
      }),
    );
    try {
      return await waitAtMost(this.sessionTimeoutMs / 2, answer);
    } catch (error) {
      if (error instanceof ZooKeeperError) throw error;
      throw new ZooKeeperError('DEADLINE', 'ZooKeeper did not answer in time', error);
    }
  }

  private noteAnswer(client: Client, sentMs: number): void {
    if (client !== this.client || this.current === 'closed') return;
    this.lastAnswerMs = Math.max(this.lastAnswerMs, sentMs);
    if (this.current === 'connected' || this.isSilent()) return;
    this.change('connected', 'the ensemble answers');
  }

  private isSilent(): boolean {
    return this.silentMs >= this.sessionTimeoutMs / 2;
  }

  private change(state: ConnectionState, reason: string): void {
    if (this.current === state) return;
    this.current = state;
    this.options.onState?.(state, reason);
  }

  private beginSession(): void {
    const client = createLibraryClient(this.options.servers, this.options.sessionTimeoutMs);
    this.client = client;
    this.session += 1;
    this.lastAnswerMs = performance.now();
    this.attemptMs = this.lastAnswerMs;
    client.on('state', (state) => {
      if (client === this.client && this.current !== 'closed') this.onLibraryState(state);
    });
    this.change('connecting', 'a new session begins');
    client.connect();
  }

  private onLibraryState(state: zookeeper.State): void {
    if (state === zookeeper.State.SYNC_CONNECTED) this.probe();
    else if (state === zookeeper.State.EXPIRED) this.onExpired();
    else if (state === zookeeper.State.DISCONNECTED) {
      forgetPartialAnswer(this.client);
      this.attemptMs = performance.now();
      if (this.current === 'connected') this.change('suspended', 'the connection closed');
    }
  }

  private onExpired(): void {
    const { client } = this;
    this.change('expired', 'the ensemble ended the session');
    this.beginSession();
    dropConnection(client);
  }

  /** A cheap read whose answer shows that the session lives. */
  private probe(): void {
    const { client } = this;
    this.isProbing = true;
    this.send((library, done) => library.exists('/', done))
      .catch(() => undefined)
      .finally(() => {
        if (client === this.client) this.isProbing = false;
      });
  }

  private watch(): void {
    const isOpen = this.client.getState() === zookeeper.State.SYNC_CONNECTED;
    if (this.silentMs >= this.sessionTimeoutMs)
      this.change('lost', 'no answer for a session time-out');
    if (!isOpen) this.watchAttempt();
    else if (this.isSilent()) {
      if (this.current !== 'lost') this.change('suspended', 'the connection is silent');
      this.reconnect();
    } else if (!this.isProbing) this.probe();
  }

  /** A member may accept the connection and never answer, as a frozen process does. */
  private watchAttempt(): void {
    if (this.current === 'connecting' && this.isSilent())
      this.change('suspended', 'no member of the ensemble answers');
    if (performance.now() - this.attemptMs >= this.sessionTimeoutMs / ATTEMPTS) this.reconnect();
  }

  private reconnect(): void {
    this.attemptMs = performance.now();
    this.isProbing = false;
    dropConnection(this.client);
  }
}
