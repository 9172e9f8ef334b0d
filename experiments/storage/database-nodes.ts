/** Finds the parts of the database cluster that a fault affects. */
import type { NodeProcess } from '../../local/engines/patroni.js';
import type { PostgresCluster } from '../../local/engines/postgres-cluster.js';
import type { Cluster } from '../system/cluster.js';

export function getDatabaseCluster({ system }: Cluster): PostgresCluster {
  if (system.databaseCluster) return system.databaseCluster;
  throw new Error('the system has a single PostgreSQL');
}

/** @throws Error when no node has the role. */
export async function findNode(
  cluster: Cluster,
  role: 'primary' | 'sync-standby',
): Promise<NodeProcess> {
  const database = getDatabaseCluster(cluster);
  const view = (await database.readNodes()).find((node) => node.role === role);
  const found = database.nodes.find(({ node }) => node.name === view?.name);
  if (found) return found;
  throw new Error(`no node is the ${role}`);
}
