/** The interface of a fault of the storage: the database cluster with etcd, or the Redis group. */
import type { Cluster } from '../system/cluster.js';

/** A fault that was injected. */
export interface OpenFault {
  /** Names of the affected parts. */
  target: string;
  /** Ends the fault, so that the parts return. */
  heal: () => Promise<void>;
}

/** A part of the system under test that a fault needs besides the storage itself. */
export type Need = 'group' | 'links' | 'disks';

export interface StorageFault {
  /** In one sentence. */
  description: string;
  /** Shortest duration, ms. The fault also lasts until a payment is accepted again. */
  holdMs: number;
  /** Whether payments are accepted again only after its end, so that `holdMs` is its duration. */
  stopsAll?: true;
  /**
   * Default: nothing. `group`: the Redis group; `links`: proxies between the parts;
   * `disks`: a disk in memory for each database node.
   */
  needs?: readonly Need[];
  /** Objective: p50 of the longest time without an accepted payment, ms; null: none. */
  outageMs: number | null;
  /** Objective: p50 of the longest wait of a payment for its outcome, ms; null: none. */
  waitMs: number | null;
  /** @throws Error when the storage is not in the state that the fault needs. */
  inject(cluster: Cluster): Promise<OpenFault>;
}
