/** The state of the database cluster, and the settings that decide its figures. */
import { isWhole } from '../../shared/record/nodes.js';
import type { Cluster } from '../system/cluster.js';
import { getDatabaseCluster } from './record-faults.js';

/** Whether all members of etcd run, one node is the primary, and the others follow it. */
export async function isRecordWhole(cluster: Cluster): Promise<boolean> {
  const database = getDatabaseCluster(cluster);
  return database.etcd.every(({ up }) => up) && isWhole(await database.readNodes());
}

/** One sentence. */
export function describeSettings(cluster: Cluster): string {
  const { settings } = getDatabaseCluster(cluster);
  const { ttlSeconds: ttl, loopWaitSeconds: wait, retryTimeoutSeconds: retry } = settings.timings;
  const mode = settings.strict ? 'strict synchronous' : 'synchronous';
  return (
    `Patroni ${settings.patroniVersion}, protocol ${settings.protocol}, ${mode}, ttl ${ttl} s, ` +
    `loop_wait ${wait} s, retry_timeout ${retry} s, failsafe_mode ${settings.failsafe ? 'on' : 'off'}.`
  );
}
