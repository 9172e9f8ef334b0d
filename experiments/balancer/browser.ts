/**
 * A browser as a client of a balancer: it keeps cookies, and may have its own address. Every
 * request is timed; an error is part of the visit.
 */
import { Agent, request, type IncomingMessage } from 'node:http';
import { z } from 'zod';

/** The answer of an instance about itself. */
const whoAmI = z.object({ tag: z.string(), sessionViews: z.number(), id: z.string() });

export interface Visit {
  /** The instance that answered; null: none did. */
  instance: string | null;
  /** The id of the session, and the number of its visits; null without a session. */
  session: { id: string; views: number } | null;
  /** `HTTP 503`, `ECONNRESET`; null: status 200. */
  error: string | null;
  latencyMs: number;
}

export interface BrowserOptions {
  /** The address of the balancer. */
  url: string;
  /** The address of the client. Default: chosen by the system. */
  address?: string | undefined;
  headers?: Readonly<Record<string, string>>;
}

/** Longest wait for an answer, ms: above every delay of the lab. */
const PATIENCE_MS = 20_000;

export class Browser {
  private readonly cookies = new Map<string, string>();
  private readonly agent: Agent;

  constructor(private readonly options: BrowserOptions) {
    const { address } = options;
    this.agent = new Agent({
      keepAlive: true,
      ...(address === undefined ? {} : { localAddress: address }),
    });
  }

  clearCookies(): void {
    this.cookies.clear();
  }

  /** Never rejects. */
  async visit(path = '/whoami'): Promise<Visit> {
    const startMs = performance.now();
    const outcome = await this.send(path).catch(
      (error: NodeJS.ErrnoException): Omit<Visit, 'latencyMs'> => ({
        instance: null,
        session: null,
        error: error.code ?? error.message,
      }),
    );
    return { ...outcome, latencyMs: performance.now() - startMs };
  }

  close(): void {
    this.agent.destroy();
  }

  private send(path: string): Promise<Omit<Visit, 'latencyMs'>> {
    const { url, headers } = this.options;
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return new Promise((resolve, reject) => {
      const sent = request(
        `${url}${path}`,
        {
          agent: this.agent,
          headers: { ...headers, ...(cookie === '' ? {} : { cookie }) },
          signal: AbortSignal.timeout(PATIENCE_MS),
        },
        (answer) => void this.read(answer).then(resolve, reject),
      );
      sent.once('error', reject);
      sent.end();
    });
  }

  private async read(answer: IncomingMessage): Promise<Omit<Visit, 'latencyMs'>> {
    const pieces: Buffer[] = [];
    for await (const piece of answer) pieces.push(piece as Buffer);
    this.keepCookies(answer.headers['set-cookie'] ?? []);
    const servedBy = answer.headers['x-served-by'];
    const instance = typeof servedBy === 'string' ? servedBy : null;
    if (answer.statusCode !== 200)
      return { instance, session: null, error: `HTTP ${answer.statusCode}` };
    const { success, data } = whoAmI.safeParse(JSON.parse(Buffer.concat(pieces).toString()));
    const session = success ? { id: data.id, views: data.sessionViews } : null;
    return { instance, session, error: null };
  }

  private keepCookies(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      if (at > 0) this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}
