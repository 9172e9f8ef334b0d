/**
 * Polls the patients instances: `GET /livez` of each every two seconds, on connections that stay
 * open. The cost for an instance is negligible, and no token is needed. The result is only
 * displayed. core/instances.ts evaluates the answers.
 */
import { Agent } from 'node:http';
import axios, { type AxiosInstance } from 'axios';
import type { Clock } from '../../shared/clock.js';
import type { Member } from '../../shared/config.js';
import {
  onInstanceAnswered,
  onInstanceUnanswered,
  UNSEEN_INSTANCE,
  type Instance,
} from '../core/instances.js';
import { toFailure } from '../cluster/replica-client.js';

/** Interval between two polls of an instance, ms. */
const INSTANCE_LOOK_MS = 2_000;
/** Maximum size of an answer, bytes. The answer of `/livez` is much shorter. */
const ANSWER_MAX_BYTES = 4_096;

export interface InstanceWatchOptions {
  /** Empty: none is configured. */
  instances: readonly Member[];
  clock: Clock;
  /**
   * Maximum wait for one answer, ms. Limited to INSTANCE_LOOK_MS, so that polls do not accumulate.
   */
  timeoutMs: number;
  /** Consecutive failures before a suspicion. */
  fall: number;
}

export class InstanceWatch {
  private readonly agent = new Agent({ keepAlive: true, maxFreeSockets: 1 });
  private readonly http: AxiosInstance;
  private readonly known = new Map<string, Instance>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: InstanceWatchOptions) {
    this.http = axios.create({
      httpAgent: this.agent,
      proxy: false,
      maxRedirects: 0,
      maxContentLength: ANSWER_MAX_BYTES,
    });
  }

  start(): void {
    if (this.options.instances.length === 0) return;
    void this.lookAtAll();
    this.timer = setInterval(() => void this.lookAtAll(), INSTANCE_LOOK_MS);
  }

  close(): void {
    if (this.timer) clearInterval(this.timer);
    this.agent.destroy();
  }

  /** The view of one instance; `unknown` before its first answer. */
  of(id: string): Instance {
    return this.known.get(id) ?? UNSEEN_INSTANCE;
  }

  /** Never rejects. */
  async lookAtAll(): Promise<void> {
    await Promise.all(this.options.instances.map((instance) => this.lookAt(instance)));
  }

  private async lookAt({ id, url }: Member): Promise<void> {
    const { clock, fall } = this.options;
    const timeout = Math.min(this.options.timeoutMs, INSTANCE_LOOK_MS);
    const cause = await this.http
      .get(`${url}/livez`, { timeout, signal: AbortSignal.timeout(timeout) })
      .then(() => null, toFailure);
    const now = clock.wall().getTime();
    this.known.set(
      id,
      cause === null
        ? onInstanceAnswered(this.of(id), now)
        : onInstanceUnanswered(this.of(id), cause, now, fall),
    );
  }
}
