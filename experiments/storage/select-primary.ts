/** Selects the primary of the storage with standbys as the victim of a fault. */
import type { PrimaryTarget } from '../faults/plan.js';
import type { Cluster } from '../system/cluster.js';
import { getRedisGroup } from './queue-faults.js';
import { getDatabaseCluster } from './database-nodes.js';
import { isPartWhole } from './scheduled-faults.js';

/**
 * The name of the primary's process. Empty: wait, because a part of the storage does not work now.
 * With two database nodes away, no commit would be on two nodes, and every payment would wait.
 */
export async function selectPrimary(cluster: Cluster, target: PrimaryTarget): Promise<string[]> {
  if (!(await isPartWhole(cluster, target))) return [];
  const primary =
    target === 'postgres'
      ? await getDatabaseCluster(cluster).findPrimary()
      : await getRedisGroup(cluster).findPrimary();
  return primary?.up === true ? [primary.name] : [];
}
