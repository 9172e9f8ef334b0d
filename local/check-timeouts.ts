/**
 * The longest answers of the instances, and the relation of a balancer's time-out to them. Pure.
 */
import { PATIENTS_OPTIONS } from '../patients/config.js';
import { WAIT_MAX_SECONDS } from '../patients/core/prefer.js';
import { LONGEST_ANSWER_MS, type BalancerName, type Pool } from '../shared/balancer/pool.js';
import { ConfigError, loadConfig } from '../shared/config.js';
import { withUsualPatience } from '../shared/patience.js';
import { StartError } from './errors.js';
import type { Place } from './plan.js';

/** For the reads of a request and for the event loop, in ms. */
const EXTRA_MS = 5_000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The longest time of a request for a payment, in ms: it waits for PostgreSQL and then for its
 * outcome.
 * @param env of the instance.
 */
export function getLongestPaymentMs(env: Environment): number {
  const { acceptRetryMs } = PATIENTS_OPTIONS;
  const options = loadConfig({ acceptRetryMs }, withUsualPatience(env));
  return options.acceptRetryMs + WAIT_MAX_SECONDS * 1_000 + EXTRA_MS;
}

/**
 * The longest time that an instance sends nothing, in ms. A batch waits until its own time is up.
 */
function getLongestSilence(env: Environment): number {
  const { batchTimeoutMs } = PATIENTS_OPTIONS;
  const options = loadConfig({ batchTimeoutMs }, env);
  return Math.max(getLongestPaymentMs(env), options.batchTimeoutMs + EXTRA_MS);
}

/**
 * Checks one service of a system. A balancer that gives up before an instance would answer 504
 * while the instance still accepts the payment.
 * @param env of the service.
 * @throws StartError when the time-out is too short, or an option of the instance is wrong.
 */
export function checkBalancerTimeout(
  { kind }: Pick<Place, 'kind'>,
  { balancer, pool = {} }: { balancer?: BalancerName | null; pool?: Partial<Pool> },
  env: Environment,
): void {
  if (!balancer || kind !== 'patients') return;
  const { serverTimeoutMs = LONGEST_ANSWER_MS } = pool;
  try {
    const longestMs = getLongestSilence(env);
    if (serverTimeoutMs > longestMs) return;
    throw new StartError(
      `The balancer's time-out of ${serverTimeoutMs} ms must be above ${longestMs} ms, the longest silence of an instance (ACCEPT_RETRY_MS, BATCH_TIMEOUT_MS).`,
    );
  } catch (error) {
    throw error instanceof ConfigError ? new StartError(error.message) : error;
  }
}
