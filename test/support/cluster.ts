/**
 * A cluster for tests: real processes, no output; closed after the last test of the file,
 * whether or not the tests passed.
 */
import {
  openCluster,
  type Cluster,
  type ClusterOptions,
} from '../../experiments/system/cluster.js';
import { SETTLE_MS } from '../../experiments/scenarios/with-cluster.js';

/**
 * Suspicions must come from the faults of a test, not from a machine too busy to send beats in
 * time.
 */
const CALM = { BEAT_TIMEOUT_MS: '3000', GRAY_MS: '5000' };
const QUIET = { show: () => undefined, end: () => undefined };
const opened: Cluster[] = [];

/** Opened and settled. The services do not get Jest's NODE_OPTIONS. */
export async function openTestCluster(options: Partial<ClusterOptions> = {}): Promise<Cluster> {
  const cluster = await openCluster({
    replicas: 3,
    monitors: 1,
    patients: 1,
    progress: QUIET,
    signal: new AbortController().signal,
    ...options,
    env: { NODE_OPTIONS: '', ...CALM, ...options.env },
  });
  opened.push(cluster);
  await cluster.waitUntilSettled(cluster.system.replicas.length, SETTLE_MS);
  return cluster;
}

afterAll(async () => {
  for (const cluster of opened.splice(0)) await cluster.close();
}, 180_000);
