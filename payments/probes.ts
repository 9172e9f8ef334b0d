/**
 * Looks, twice a second, at what a replica needs: its report tells the monitor, which may prefer a leader that reaches everything.
 * PostgreSQL and Redis are reached when they take a write: one that only answers reads lets no payment be settled or queued.
 */
import type { Redis } from 'ioredis';
import type { Reaches } from '../shared/contracts/leadership.js';
import type { Pool } from '../shared/postgres.js';
import { postgresTakesWrites, redisTakesWrites, succeedsWithin } from '../shared/write-probes.js';
import type { Gateway } from './gateway/port.js';

const INTERVAL_MS = 500;
/** Sooner while something is not reached: replicas that shared an outage should notice its end at nearly the same time. */
const AGAIN_MS = 200;
const PATIENCE_MS = 1_000;

export interface ProbesOptions {
  pool: Pool;
  redis: Redis;
  gateway: Gateway;
  /** The queue's. */
  prefix: string;
  /** The replica's. */
  id: string;
}

export class Probes {
  /** What was reached at the last look. */
  reaches: Reaches = { postgres: true, redis: true, gateway: true };
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly options: ProbesOptions) {}

  start(): void {
    void this.look();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async look(): Promise<void> {
    const { pool, prefix, id } = this.options;
    const [postgres, redis, gateway] = await Promise.all([
      postgresTakesWrites(pool, PATIENCE_MS),
      redisTakesWrites(this.options.redis, { prefix, id, ms: PATIENCE_MS }),
      succeedsWithin(PATIENCE_MS, this.options.gateway.reachable()),
    ]);
    this.reaches = { postgres, redis, gateway };
    const waitMs = postgres && redis && gateway ? INTERVAL_MS : AGAIN_MS;
    if (!this.stopped) this.timer = setTimeout(() => void this.look(), waitMs);
  }
}
