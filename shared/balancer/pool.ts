/**
 * The typed description of the instances behind a load balancer. The configuration of every
 * balancer is rendered from it, so that all of them behave alike. Pure.
 */
export const BALANCERS = ['haproxy', 'apache', 'nginx'] as const;
export type BalancerName = (typeof BALANCERS)[number];

/**
 * How a balancer chooses an instance for a request without affinity. `source` and `uri` are hashes
 * of the client's address and of the path.
 */
export const STRATEGIES = ['roundrobin', 'leastconn', 'source', 'uri', 'random'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/**
 * Which requests the balancer repeats on another instance after they were sent to one that failed.
 * `safe`: GET, HEAD, and POST with an Idempotency-Key, because the service answers a repeated key
 * with the first answer. `all` also repeats POST without a key, and so may pay twice: only for the
 * control in the lab.
 */
export type Retries = 'safe' | 'none' | 'all';

export interface PoolMember {
  /** The process name, such as `patients_1`. */
  name: string;
  host: string;
  port: number;
  /** Share of the new sessions, relative to the other members. Usually 100. */
  weight: number;
}

export interface Pool {
  /** The address for clients. */
  host: string;
  port: number;
  /** Port of the balancer's own page, only on 127.0.0.1. */
  adminPort: number;
  members: readonly PoolMember[];
  /** `cookie`: a client stays on its instance while that instance serves. */
  affinity: 'cookie' | 'none';
  /** Name of the affinity cookie. */
  cookie: string;
  strategy: Strategy;
  retries: Retries;
  check: HealthCheck;
  /** Longest silence of an instance during a request, in ms. */
  serverTimeoutMs: number;
}

export interface HealthCheck {
  path: string;
  intervalMs: number;
  timeoutMs: number;
  /** Consecutive failures until an instance is down. */
  fall: number;
  /** Consecutive successes until an instance is up again. */
  rise: number;
}

/** The path of the health check: 200 while the instance can accept payments. */
const READY_PATH = '/readyz';
/** The usual `serverTimeoutMs`: a batch may wait 600 s for its outcomes (BATCH_TIMEOUT_MS). */
export const LONGEST_ANSWER_MS = 610_000;

export const DEFAULT_CHECK: HealthCheck = {
  path: READY_PATH,
  intervalMs: 500,
  // An instance that has just started on a busy machine may need more than a second.
  timeoutMs: 2_000,
  fall: 2,
  rise: 1,
};

const AFFINITY_COOKIE = 'relevo_instance';

/** The pool of the product. */
export function createPool(
  place: Pick<Pool, 'host' | 'port' | 'adminPort' | 'members'>,
  changes: Partial<Pool> = {},
): Pool {
  return {
    affinity: 'cookie',
    cookie: AFFINITY_COOKIE,
    strategy: 'roundrobin',
    retries: 'safe',
    check: DEFAULT_CHECK,
    serverTimeoutMs: LONGEST_ANSWER_MS,
    ...place,
    ...changes,
  };
}

export const DEFAULT_WEIGHT = 100;

/** Whole seconds, at least 1: Apache and nginx have no finer unit for most settings. */
export const toSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000));
