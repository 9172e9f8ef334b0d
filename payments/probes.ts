/** Looks, once a second, at what a replica needs: its report tells the monitor, which may prefer a leader that reaches everything. */
import type { Redis } from 'ioredis';
import type { Reaches } from '../shared/contracts/leadership.js';
import type { Pool } from '../shared/postgres.js';
import type { Gateway } from './gateway/port.js';

const INTERVAL_MS = 500;
const PATIENCE_MS = 1_000;

async function within(probe: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), PATIENCE_MS)));
  const answered = probe.then((answer) => answer !== false, () => false);
  try {
    return await Promise.race([answered, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

export class Probes {
  /** What was reached at the last look. */
  reaches: Reaches = { postgres: true, redis: true, gateway: true };
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly pool: Pool,
    private readonly redis: Redis,
    private readonly gateway: Gateway,
  ) {}

  start(): void {
    void this.look();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async look(): Promise<void> {
    const [postgres, redis, gateway] = await Promise.all([
      within(this.pool.query('SELECT 1')),
      within(this.redis.ping()),
      within(this.gateway.reachable()),
    ]);
    this.reaches = { postgres, redis, gateway };
    if (!this.stopped) this.timer = setTimeout(() => void this.look(), INTERVAL_MS);
  }
}
