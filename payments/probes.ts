/**
 * Checks twice per second whether a replica reaches its dependencies. The monitor reads the result
 * from the replica's report and may prefer a leader that reaches all of them. PostgreSQL and Redis
 * count as reached when they accept a write: with reads alone no payment can be settled or
 * enqueued.
 */
import type { Redis } from 'ioredis';
import type { Reaches } from '../shared/contracts/leadership.js';
import type { Pool } from '../shared/postgres/postgres.js';
import {
  commitsWaitForStandby,
  postgresTakesWrites,
  redisTakesWrites,
  succeedsWithin,
} from '../shared/write-probes.js';
import type { Gateway } from './core/gateway.js';

const INTERVAL_MS = 500;
/**
 * Shorter while a dependency is unreachable: replicas that shared an outage should detect its end
 * at nearly the same time.
 */
const AGAIN_MS = 200;
const TIMEOUT_MS = 1_000;

export interface ProbesOptions {
  pool: Pool;
  redis: Redis;
  gateway: Gateway;
  /** Prefix of the queue's keys. */
  prefix: string;
  /** Name of the replica. */
  id: string;
}

export class Probes {
  /** The dependencies reached by the last check. */
  reaches: Reaches = { postgres: true, redis: true, gateway: true };
  /** Whether the last check found commits that wait for a synchronous standby. */
  commitsWait = false;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly options: ProbesOptions) {}

  start(): void {
    void this.check();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async check(): Promise<void> {
    const { pool, prefix, id } = this.options;
    const [postgres, redis, gateway, commitsWait] = await Promise.all([
      postgresTakesWrites(pool, TIMEOUT_MS),
      redisTakesWrites(this.options.redis, { prefix, id, ms: TIMEOUT_MS }),
      succeedsWithin(TIMEOUT_MS, this.options.gateway.reachable()),
      commitsWaitForStandby(pool, TIMEOUT_MS),
    ]);
    this.reaches = { postgres, redis, gateway };
    this.commitsWait = commitsWait;
    const waitMs = postgres && redis && gateway ? INTERVAL_MS : AGAIN_MS;
    if (!this.stopped) this.timer = setTimeout(() => void this.check(), waitMs);
  }
}
