/**
 * Users of a balancer: each user is a browser whose requests use the same cookies. The figures
 * count the answers by instance.
 */
import { sendClosedLoop } from '../traffic/closed-loop.js';
import { Latencies, type LatencySummary } from '../statistics/latencies.js';
import { sum } from '../statistics/statistics.js';
import { Browser, type Visit } from './browser.js';

export interface LoadFigures {
  sent: number;
  /** Answers with status 200 by instance. */
  byInstance: Readonly<Record<string, number>>;
  /** By HTTP status or error code. */
  errors: Readonly<Record<string, number>>;
  latencyMs: LatencySummary & { mean: number; min: number };
  throughputPerSec: number;
}

export class LoadRecorder {
  private readonly latencies = Latencies.of();
  private readonly byInstance: Record<string, number> = {};
  private readonly errors: Record<string, number> = {};
  private sent = 0;
  private sumMs = 0;
  private minMs = Infinity;
  private readonly startMs = performance.now();

  add({ instance, error }: Visit, latencyMs: number): void {
    this.sent += 1;
    this.latencies.add(latencyMs);
    this.sumMs += latencyMs;
    this.minMs = Math.min(this.minMs, latencyMs);
    const [counts, name] =
      error === null ? [this.byInstance, instance ?? 'unknown'] : [this.errors, error];
    counts[name] = (counts[name] ?? 0) + 1;
  }

  get count(): number {
    return this.sent;
  }

  figures(): LoadFigures {
    const { sent, byInstance, errors } = this;
    const tenth = (value: number): number => (sent === 0 ? 0 : Math.round(value * 10) / 10);
    return {
      sent,
      byInstance,
      errors,
      latencyMs: {
        ...this.latencies.summary(),
        mean: tenth(this.sumMs / sent),
        min: tenth(this.minMs),
      },
      throughputPerSec: tenth((sent * 1_000) / (performance.now() - this.startMs)),
    };
  }
}

export const failedOf = ({ errors }: LoadFigures): number => sum(Object.values(errors));

export interface UsersOptions {
  url: string;
  users: number;
  requestsEach: number;
  /** Requests of one user at once. */
  parallel: number;
  /** `clear`: the browser forgets all cookies before each request, as a new user. */
  cookies: 'keep' | 'clear';
  signal: AbortSignal;
  onProgress: (sent: number) => void;
}

/** Sends the requests of one user. The first request is alone: its answer brings the cookies. */
async function sendAsUser(
  { url, requestsEach, parallel, cookies, signal, onProgress }: UsersOptions,
  recorder: LoadRecorder,
): Promise<void> {
  const kept = new Browser({ url });
  const visit = async (browser: Browser): Promise<void> => {
    if (cookies === 'clear') browser.clearCookies();
    const visited = await browser.visit();
    recorder.add(visited, visited.latencyMs);
    onProgress(recorder.count);
  };
  await visit(kept);
  // A browser that clears its cookies must not clear those of a request in flight.
  const browsers = Array.from({ length: parallel }, () =>
    cookies === 'clear' ? new Browser({ url }) : kept,
  );
  const free = [...browsers];
  const send = async (): Promise<void> => {
    const browser = free.pop() ?? kept;
    await visit(browser);
    free.push(browser);
  };
  await sendClosedLoop({ count: requestsEach - 1, clients: parallel, signal, send });
  [kept, ...browsers].forEach((browser) => browser.close());
}

/** @throws AbortError */
export async function sendAsUsers(options: UsersOptions): Promise<LoadFigures> {
  const recorder = new LoadRecorder();
  await Promise.all(Array.from({ length: options.users }, () => sendAsUser(options, recorder)));
  return recorder.figures();
}
