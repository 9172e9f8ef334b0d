/**
 * Polls the other monitors for their opinions, which this monitor displays. A monitor that does not
 * answer has no opinion.
 */
import { Agent } from 'node:http';
import axios, { type AxiosInstance } from 'axios';
import { z } from 'zod';
import type { Member } from '../../shared/config.js';
import { memberId, term, timestamp } from '../../shared/contracts/ids.js';
import { OPINIONS } from '../../shared/contracts/status.js';
import type { Opinions } from '../core/observed.js';

/** `GET /opinion`. */
export const opinion = z.object({
  id: memberId,
  suspects: z.array(memberId),
  at: timestamp,
  /** Its opinion of each replica, and the leadership that it knows. Older versions omit them. */
  opinions: z.record(memberId, z.enum(OPINIONS)).optional(),
  leader: memberId.nullable().optional(),
  term: term.optional(),
});
export type OpinionAnswer = z.infer<typeof opinion>;

export type PeerObserved = 'unknown' | 'alive' | 'suspect';

export interface PeerClientOptions {
  /** The other monitors, without this one. */
  peers: readonly Member[];
  internalToken: string;
  timeoutMs: number;
}

export class PeerClient {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly http: AxiosInstance;
  private readonly heard = new Map<string, OpinionAnswer>();
  private readonly observed = new Map<string, PeerObserved>();

  constructor(private readonly options: PeerClientOptions) {
    this.http = axios.create({
      headers: { Authorization: `Bearer ${options.internalToken}` },
      httpAgent: this.agent,
      proxy: false,
      timeout: options.timeoutMs,
      maxContentLength: 65_536,
    });
  }

  /** Polls all of them at once. Never rejects. */
  async askAll(): Promise<void> {
    await Promise.all(this.options.peers.map((peer) => this.ask(peer)));
  }

  private async ask({ id, url }: Member): Promise<void> {
    try {
      const { data } = await this.http.get<unknown>(`${url}/opinion`, {
        signal: AbortSignal.timeout(this.options.timeoutMs),
      });
      this.heard.set(id, opinion.parse(data));
      this.observed.set(id, 'alive');
    } catch {
      this.heard.delete(id);
      if (this.observed.has(id)) this.observed.set(id, 'suspect');
    }
  }

  opinions(): Opinions {
    return Object.fromEntries([...this.heard].map(([id, { suspects }]) => [id, suspects]));
  }

  /** The last answer of another monitor. Null: it did not answer the last poll. */
  wordOf(id: string): OpinionAnswer | null {
    return this.heard.get(id) ?? null;
  }

  /** `unknown`: it never answered. */
  observedOf(id: string): PeerObserved {
    return this.observed.get(id) ?? 'unknown';
  }

  close(): void {
    this.agent.destroy();
  }
}
