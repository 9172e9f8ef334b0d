/** The systems whose saturation points are compared, and how each is opened. */
import { SINGLE_SERVER } from '../baselines/baseline-systems.js';
import type { BalancerName } from '../../shared/balancer/pool.js';
import { openCluster, type Cluster, type ClusterOptions } from '../system/cluster.js';
import { SETTLE_MS } from '../scenarios/with-cluster.js';
import { GATEWAY } from './payment-life.js';

/** The first one is the baseline of the ratios. */
export const CAPACITY_SYSTEMS = ['single-server', 'relevo', 'relevo-balanced'] as const;
export type CapacitySystem = (typeof CAPACITY_SYSTEMS)[number];
export const BASELINE: CapacitySystem = 'single-server';

const REPLICAS = 3;

export interface Arrangement {
  balancer: BalancerName;
  /** Instances of patients behind the balancer. */
  instances: number;
}

/** One sentence per system. */
export const describeSystem = (
  system: CapacitySystem,
  { balancer, instances }: Arrangement,
): string =>
  ({
    'single-server':
      'one process serves the pages, saves, charges, saves the outcome and responds; no queue, no standby',
    'relevo': `one instance of patients, ${REPLICAS} replicas, a monitor, the queue`,
    'relevo-balanced': `${instances} instances of patients behind ${balancer}, ${REPLICAS} replicas, a monitor, the queue`,
  })[system];

const toShape = (
  system: CapacitySystem,
  { balancer, instances }: Arrangement,
): Pick<ClusterOptions, 'subject' | 'patients' | 'balancer'> =>
  ({
    'single-server': { subject: SINGLE_SERVER, patients: 0 },
    'relevo': { patients: 1 },
    'relevo-balanced': { patients: instances, balancer },
  })[system];

/**
 * Opens a new system with the engines and the gateway that all systems have; `env` adds variables
 * of its services. @throws as
 * `openCluster`, and Error when the system does not settle; no process is left then.
 */
export async function openCapacitySystem(
  system: CapacitySystem,
  arrangement: Arrangement,
  { env, ...around }: Pick<ClusterOptions, 'progress' | 'signal'> & { env?: NodeJS.ProcessEnv },
): Promise<Cluster> {
  const cluster = await openCluster({
    ...toShape(system, arrangement),
    replicas: REPLICAS,
    monitors: 1,
    gateway: 'http',
    usualEngines: true,
    env: {
      STAFF_SIGN_IN: 'off',
      LOG_LEVEL: 'warn',
      GATEWAY_LATENCY_MS: String(GATEWAY.latencyMs),
      GATEWAY_SEED: String(GATEWAY.seed),
      ...env,
    },
    ...around,
  });
  try {
    await cluster.waitUntilSettled(REPLICAS, SETTLE_MS);
    return cluster;
  } catch (error) {
    await cluster.close();
    throw error;
  }
}
