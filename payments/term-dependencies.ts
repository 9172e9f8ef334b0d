/** The resources and callbacks that the work of one term uses. */
import type { Clock } from '../shared/clock.js';
import type { OutcomeEvent } from '../shared/contracts/outcome.js';
import type { Logger } from '../shared/observability/logger.js';
import type { CommitResult } from '../shared/postgres/ledger.js';
import type { Pool } from '../shared/postgres/postgres.js';
import type { Random } from '../shared/random.js';
import type { Gateway } from './core/gateway.js';
import type { RetryPolicy } from './core/retry.js';

export interface TermDependencies {
  /** Loads use one connection and commits another, so that each keeps its order. */
  loads: Pool;
  commits: Pool;
  gateway: Gateway;
  clock: Clock;
  random: Random;
  policy: RetryPolicy;
  /** Maximum number of payments in flight. */
  inFlightMax: number;
  logger: Logger;
  publish(event: OutcomeEvent): void;
  /** A payment is due again in `ms`. */
  wakeIn(ms: number): void;
  onCommit(result: CommitResult): void;
}
