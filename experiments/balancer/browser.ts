/**
 * A browser as a client of a balancer: it keeps cookies, follows no redirect by itself, and may
 * have its own address. Every request is timed; an error is part of the answer.
 */
import { Agent, request, type IncomingMessage } from 'node:http';
import { z } from 'zod';

/** The answer of an instance about itself. */
const whoAmI = z.object({ tag: z.string(), sessionViews: z.number(), id: z.string() });

export interface BrowserAnswer {
  /** Null: no answer arrived. */
  status: number | null;
  /** The instance that answered; null: none did. */
  instance: string | null;
  /** The target of a redirect. */
  location: string | null;
  /** The header `Retry-After`. */
  retryAfter: string | null;
  text: string;
  /** Why no answer arrived, such as `ECONNRESET`; null: one did. */
  error: string | null;
  /** Wall clock, ms since 1970. */
  startMs: number;
  latencyMs: number;
}

export interface Visit {
  /** The instance that answered; null: none did. */
  instance: string | null;
  /** The id of the session, and the number of its visits; null without a session. */
  session: { id: string; views: number } | null;
  /** `HTTP 503 OVERLOADED`, `ECONNRESET`; null: status 200. */
  error: string | null;
  latencyMs: number;
}

const problem = z.object({ code: z.string().max(50), detail: z.string().max(200) });

/** The status, and the code and the detail of a problem document. */
function describe(status: number | null, text: string): string {
  const { data } = problem.safeParse(readJson(text));
  return ['HTTP', status, data?.code, data && `(${data.detail})`].filter(Boolean).join(' ');
}

export interface BrowserOptions {
  /** The address of the balancer. */
  url: string;
  /** The address of the client. Default: chosen by the system. */
  address?: string | undefined;
  headers?: Readonly<Record<string, string>>;
  /** Longest wait for an answer, ms. Default: 20 s, above every delay of the lab. */
  patienceMs?: number;
}

const PATIENCE_MS = 20_000;

type Received = Omit<BrowserAnswer, 'startMs' | 'latencyMs'>;

const toFailure = ({ code, name, message }: NodeJS.ErrnoException): Received => ({
  status: null,
  instance: null,
  location: null,
  retryAfter: null,
  text: '',
  error: name === 'AbortError' ? 'ETIMEDOUT' : (code ?? message),
});

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

  getCookie(name: string): string | null {
    return this.cookies.get(name) ?? null;
  }

  /** Sends GET, or POST with the fields of a form. Never rejects. */
  async ask(path: string, form?: Readonly<Record<string, string>>): Promise<BrowserAnswer> {
    const startMs = performance.now();
    const received = await this.send(path, form).catch(toFailure);
    return {
      ...received,
      startMs: performance.timeOrigin + startMs,
      latencyMs: performance.now() - startMs,
    };
  }

  /** Never rejects. */
  async visit(path = '/whoami'): Promise<Visit> {
    const { status, instance, text, error, latencyMs } = await this.ask(path);
    if (status !== 200)
      return { instance, session: null, error: error ?? describe(status, text), latencyMs };
    const { success, data } = whoAmI.safeParse(readJson(text));
    const session = success ? { id: data.id, views: data.sessionViews } : null;
    return { instance, session, error: null, latencyMs };
  }

  close(): void {
    this.agent.destroy();
  }

  private send(path: string, form?: Readonly<Record<string, string>>): Promise<Received> {
    const { url, headers, patienceMs = PATIENCE_MS } = this.options;
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const body = form && new URLSearchParams(form).toString();
    const all = {
      ...headers,
      ...(cookie === '' ? {} : { cookie }),
      ...(body === undefined
        ? {}
        : {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': String(Buffer.byteLength(body)),
          }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(
        `${url}${path}`,
        {
          method: body === undefined ? 'GET' : 'POST',
          agent: this.agent,
          headers: all,
          signal: AbortSignal.timeout(patienceMs),
        },
        (answer) => void this.read(answer).then(resolve, reject),
      );
      sent.once('error', reject);
      sent.end(body);
    });
  }

  private async read(answer: IncomingMessage): Promise<Received> {
    const pieces: Buffer[] = [];
    for await (const piece of answer) pieces.push(piece as Buffer);
    this.keepCookies(answer.headers['set-cookie'] ?? []);
    const servedBy = answer.headers['x-served-by'];
    return {
      status: answer.statusCode ?? null,
      instance: typeof servedBy === 'string' ? servedBy : null,
      location: answer.headers.location ?? null,
      retryAfter: answer.headers['retry-after'] ?? null,
      text: Buffer.concat(pieces).toString(),
      error: null,
    };
  }

  private keepCookies(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      if (at > 0) this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}

/** Undefined when the text is not JSON. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
