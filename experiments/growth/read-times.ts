/** Measures the duration of a read through HTTP. */
import { percentile } from '../../shared/percentile.js';

/** Number of requests per read; fewer when they take long. */
const TIMES = 20;
const PATIENCE_MS = 3_000;
const ANSWER_MS = 60_000;

export interface Times {
  times: number;
  p50Ms: number;
  p95Ms: number;
  /** Responses without status 200: their number, and the HTTP status of the last one. */
  failed: { times: number; status: number } | null;
}

/** @param ask performs the read once, and returns the HTTP status. */
export async function measureTimes(ask: () => Promise<number>): Promise<Times> {
  const took: number[] = [];
  const refused: number[] = [];
  const startMs = performance.now();
  while (took.length < TIMES && (took.length === 0 || performance.now() - startMs < PATIENCE_MS)) {
    const beganMs = performance.now();
    const status = await ask();
    took.push(performance.now() - beganMs);
    if (status !== 200) refused.push(status);
  }
  const status = refused.at(-1);
  return {
    times: took.length,
    p50Ms: percentile(took, 0.5),
    p95Ms: percentile(took, 0.95),
    failed: status === undefined ? null : { times: refused.length, status },
  };
}

/**
 * @param onlyStart whether to read only the first chunk of the response. Default: all of it.
 * @returns the HTTP status.
 */
export async function request(
  url: string,
  token: string,
  signal: AbortSignal,
  onlyStart = false,
): Promise<number> {
  const leave = new AbortController();
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.any([signal, leave.signal, AbortSignal.timeout(ANSWER_MS)]),
  });
  if (onlyStart) {
    // The first chunk contains the header line, and possibly the rows of the first page.
    await answer.body?.getReader().read();
    leave.abort();
  } else await answer.arrayBuffer();
  return answer.status;
}
