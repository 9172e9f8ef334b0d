/**
 * Calls replicas over HTTP: ping, leadership push, stand-down. Connections stay open, so that a
 * push after an election needs no handshake. A ping that must prove that a process still listens
 * uses a new connection.
 */
import { Agent } from 'node:http';
import axios, { type AxiosInstance } from 'axios';
import type { Member } from '../../shared/config.js';
import {
  inFlightAnswer,
  replicaReport,
  standDownAnswer,
  type Leadership,
  type PingRequest,
  type PrepareRequest,
  type ReplicaReport,
  type StandDownAnswer,
} from '../../shared/contracts/leadership.js';
import { withoutRequest } from '../../shared/observability/log-errors.js';
import type { PingFailure } from '../core/kinds.js';

export interface ReplicaClientOptions {
  replicas: readonly Member[];
  internalToken: string;
  pingTimeoutMs: number;
}

/** Maximum time for the answer itself, in addition to the drain time, in ms. */
const ANSWER_MARGIN_MS = 1_000;
const RESET_CODES = new Set(['ECONNRESET', 'EPIPE']);

/**
 * The cause of a failed call. An answer that is no report is an `error`: a process answers, but
 * does not work.
 */
export function toFailure(error: unknown): PingFailure {
  const { code } = (error ?? {}) as { code?: unknown };
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNABORTED' || code === 'ETIMEDOUT' || code === 'ERR_CANCELED') return 'timeout';
  return typeof code === 'string' && RESET_CODES.has(code) ? 'reset' : 'error';
}

export class ReplicaClient {
  private readonly kept = new Agent({ keepAlive: true, noDelay: true, maxFreeSockets: 2 });
  private readonly http: AxiosInstance;
  private readonly urls: ReadonlyMap<string, string>;

  constructor(private readonly options: ReplicaClientOptions) {
    this.urls = new Map(options.replicas.map(({ id, url }) => [id, url]));
    this.http = axios.create({
      headers: { Authorization: `Bearer ${options.internalToken}` },
      proxy: false,
      maxRedirects: 0,
      maxContentLength: 65_536,
    });
  }

  private async post(
    replica: string,
    path: string,
    body: unknown,
    timeoutMs: number,
    agent?: Agent,
  ): Promise<unknown> {
    const { data } = await this.http
      .post<unknown>(`${this.urls.get(replica)}${path}`, body, {
        timeout: timeoutMs,
        signal: AbortSignal.timeout(timeoutMs),
        httpAgent: agent ?? new Agent({ keepAlive: false }),
      })
      .catch((error: unknown) => {
        throw withoutRequest(error); // Its request has the token.
      });
    return data;
  }

  /**
   * The other side may close an idle connection while it is in use. That proves nothing, so the
   * call is retried on a new connection.
   */
  private async postKept(
    replica: string,
    path: string,
    body: unknown,
    timeoutMs: number,
  ): Promise<unknown> {
    try {
      return await this.post(replica, path, body, timeoutMs, this.kept);
    } catch (error) {
      if (toFailure(error) !== 'reset') throw error;
      return this.post(replica, path, body, timeoutMs);
    }
  }

  /**
   * @param onNewConnection whether to open a new connection. @throws when there is no answer in
   *   time, or the answer is no report of this replica.
   */
  async ping(
    replica: string,
    request: PingRequest,
    onNewConnection: boolean,
  ): Promise<ReplicaReport> {
    const { pingTimeoutMs } = this.options;
    const call = onNewConnection
      ? this.post(replica, '/ping', request, pingTimeoutMs)
      : this.postKept(replica, '/ping', request, pingTimeoutMs);
    return this.parseReport(replica, await call);
  }

  /** Notifies a replica of the leadership. */
  async push(replica: string, leadership: Leadership): Promise<ReplicaReport> {
    return this.parseReport(
      replica,
      await this.postKept(replica, '/leadership', leadership, this.options.pingTimeoutMs),
    );
  }

  async standDown(
    replica: string,
    partition: number,
    term: number,
    timeoutMs: number,
  ): Promise<StandDownAnswer> {
    const answer = await this.postKept(
      replica,
      '/stand-down',
      { partition, term, timeoutMs },
      timeoutMs + ANSWER_MARGIN_MS,
    );
    return standDownAnswer.parse(answer);
  }

  /**
   * Lets the successor charge waiting payments while the leader finishes. @throws when one of them
   * does not answer: the hand-over then continues without it.
   */
  async prepare(
    { leader, successor }: { leader: string; successor: string },
    partition: number,
    term: number,
  ): Promise<void> {
    const { pingTimeoutMs } = this.options;
    const answer = await this.postKept(leader, '/in-flight', { partition, term }, pingTimeoutMs);
    const { inFlight } = inFlightAnswer.parse(answer);
    if (inFlight === null) return;
    const request: PrepareRequest = { partition, term, inFlight };
    await this.postKept(successor, '/prepare', request, pingTimeoutMs);
  }

  /** The route exists only with FAULTS=on. */
  async setFaults(replica: string, faults: { kill?: boolean; blockMs?: number }): Promise<void> {
    await this.post(replica, '/faults', faults, this.options.pingTimeoutMs);
  }

  private parseReport(replica: string, data: unknown): ReplicaReport {
    const report = replicaReport.parse(data);
    if (report.id !== replica)
      throw new Error(`${this.urls.get(replica)} answers as ${report.id}, not as ${replica}`);
    return report;
  }

  close(): void {
    this.kept.destroy();
  }
}
