/**
 * Reads the surviving primary of the database cluster for the control of loss. The pools of Relevo
 * refuse a former primary that takes its role back, because a newer timeline exists; the lab must
 * read exactly that node to find the payments that it does not have.
 */
import { DATABASE_NAME } from '../../local/engines/engines.js';
import type { PostgresCluster } from '../../local/engines/postgres-cluster.js';
import { createLogger } from '../../shared/observability/logger.js';
import { createPool, type Pool } from '../../shared/postgres/postgres.js';

const STATEMENT_MS = 60_000;

/**
 * Opens a pool to the present primary according to Patroni, also when its timeline is older than
 * one that was seen. The pool never connects to another node. The caller ends the pool.
 * @throws Error when no node is the primary.
 */
export async function openSurvivor(
  database: Pick<PostgresCluster, 'findPrimary' | 'toNodeUrl'>,
): Promise<Pool> {
  const primary = await database.findPrimary();
  if (primary === null) throw new Error('no node is the primary, so no payments can be compared');
  return createPool(
    {
      url: database.toNodeUrl(primary, DATABASE_NAME),
      name: 'lab survivor',
      max: 4,
      statementTimeoutMs: STATEMENT_MS,
    },
    createLogger('lab', 'lab', 'silent'),
  );
}
