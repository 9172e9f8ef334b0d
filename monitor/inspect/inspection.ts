/**
 * Assembles the inspection of a monitor: search, stories, failed payments, queue. Reads with a
 * small pool of its own with read-only connections, so that no search can delay an election.
 */
import type { Redis } from 'ioredis';
import type { Logger } from '../../shared/observability/logger.js';
import { createPool } from '../../shared/postgres/postgres.js';
import type { Route } from '../../shared/http/routes.js';
import { openQueue } from '../../shared/queue/reconnecting-queue.js';
import type { MonitorConfig } from '../config.js';
import type { Sessions } from '../console/session.js';
import type { LeadershipStore } from '../cluster/leadership-store.js';
import type { AuditEntry } from '../../shared/postgres/audit.js';
import { actionRoutes, type ActionDeps } from './action-routes.js';
import { makeFailedRoutes, type FailedDeps } from './failed-routes.js';
import { PaymentOperator } from './operate.js';
import { ListOperator } from './list-operator.js';
import { parcelRoutes, type ParcelDeps } from './parcel-routes.js';
import { makePendingRoutes } from './pending-routes.js';
import { searchRoutes, type SearchDeps } from './search-routes.js';

export interface Inspection {
  routes: Route[];
  close(): Promise<void>;
}

export interface InspectionOptions {
  config: MonitorConfig;
  logger: Logger;
  sessions: Sessions;
  store: Pick<LeadershipStore, 'audit'>;
  redis: Redis;
}

const POOL_SIZE = 2;
/** Maximum duration of a search, in ms. */
const STATEMENT_MS = 3_000;

const toIds = (members: readonly { id: string }[]): string[] => members.map(({ id }) => id);

/** The routes. Without their dependencies they serve for the OpenAPI document only. */
export const inspectionRoutes = (
  deps: SearchDeps & FailedDeps & ParcelDeps & ActionDeps,
): Route[] => [
  ...searchRoutes(deps),
  ...actionRoutes(deps),
  ...makeFailedRoutes(deps),
  ...makePendingRoutes(deps),
  ...parcelRoutes(deps),
];

export function openInspection({
  config,
  logger,
  sessions,
  store,
  redis,
}: InspectionOptions): Inspection {
  const { databaseUrl, id, replicas, patients, internalToken, queuePrefix } = config;
  const { acceptRetryMs } = config;
  const settings = '-c default_transaction_read_only=on';
  const db = createPool(
    {
      url: databaseUrl,
      name: `${id} inspecting`,
      max: POOL_SIZE,
      statementTimeoutMs: STATEMENT_MS,
      settings,
    },
    logger,
  );
  const calling = {
    patients,
    acceptRetryMs,
    internalToken,
    audit: (entry: AuditEntry) => store.audit(entry),
    logger,
  };
  const lists = new ListOperator(calling);
  const operator = new PaymentOperator(calling);
  const queue = openQueue(0, queuePrefix, redis);
  const page = { sessions, monitor: id };
  const members = { replicas: toIds(replicas), patients: toIds(patients) };
  return {
    routes: inspectionRoutes({ ...page, db, members, lists, operator, queue }),
    close: () => db.end(),
  };
}
