/** Waits until an instance of patients has completed the requests for payments. */
import { env as environment } from 'node:process';
import { readBoundedText } from '../../shared/http/bounded-body.js';
import { pollUntil } from '../../shared/wait-until.js';
import { getLongestPaymentMs } from '../check-timeouts.js';
import type { ManagedProcess } from '../processes/processes.js';
import { POLL_MS } from './restart-process.js';

/** Largest answer of `/metrics` that is read, in bytes. */
const METRICS_MAX = 4_194_304;
const METRICS_TIMEOUT_MS = 2_000;
/** A busy instance may not have read the latest requests yet: after so many answers it has. */
const FIRST_ANSWERS = 2;

/** The longest request for a payment at an instance, in ms. */
export const getLongestPayment = ({ spec }: Pick<ManagedProcess, 'spec'>): number =>
  getLongestPaymentMs({ ...environment, ...spec.env });

const isRefused = (error: unknown): boolean =>
  ((error as Error).cause as { code?: string } | undefined)?.code === 'ECONNREFUSED';

/**
 * Age of the oldest open request of an instance, in ms. `ended`: no process listens; null: no
 * answer in time, because the instance is busy or frozen.
 */
async function readOldestMs(url: string): Promise<number | 'ended' | null> {
  try {
    const response = await fetch(`${url}/metrics`, {
      signal: AbortSignal.timeout(METRICS_TIMEOUT_MS),
    });
    const text = await readBoundedText(response, METRICS_MAX);
    const found = /^relevo_http_oldest_request_seconds(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1];
    return found === undefined ? null : Number(found) * 1_000;
  } catch (error) {
    return isRefused(error) ? 'ended' : null;
  }
}

/**
 * Waits until the requests for payments from before have ended, or no process listens. An instance
 * that does not answer may be busy with them, so that silence is no end.
 * @param deadlineMs the longest wait, in ms; usually the longest time of a payment.
 * @returns false when that time has passed first: the instance is frozen.
 */
export async function waitUntilQuiet(
  process: Pick<ManagedProcess, 'url' | 'spec'>,
  signal: AbortSignal,
  deadlineMs = getLongestPayment(process),
): Promise<boolean> {
  let answers = 0;
  let since = performance.now();
  const isQuiet = async (): Promise<boolean> => {
    const elapsedMs = performance.now() - since;
    const oldestMs = await readOldestMs(process.url);
    if (oldestMs === null || oldestMs === 'ended') return oldestMs === 'ended';
    answers += 1;
    if (answers <= FIRST_ANSWERS) since = performance.now();
    return answers > FIRST_ANSWERS && oldestMs < elapsedMs;
  };
  return pollUntil(isQuiet, { deadlineMs, pollMs: POLL_MS, signal });
}
