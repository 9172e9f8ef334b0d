/**
 * The runtime control of a balancer: reads and sets the state of each instance. One adapter per
 * balancer (`haproxy-control.ts`, `apache-control.ts`, `nginx-control.ts`).
 */
import type { AdminState } from '../contracts/leadership.js';
import type { BalancerName, Pool } from './pool.js';

export interface MemberState {
  /** The process name. */
  name: string;
  admin: AdminState;
  /** The balancer's own view. `unknown`: the balancer does not check instances, or not yet. */
  observed: 'up' | 'down' | 'unknown';
  /** The balancer's reason, such as `L4CON`; '' when it gives none. */
  detail: string;
}

export interface BalancerControl {
  /** In the order of the pool. @throws Error when the balancer does not answer within a second. */
  read(): Promise<MemberState[]>;
  /** Resolves when the balancer applied the state. @throws Error as read. */
  set(member: string, state: AdminState): Promise<void>;
  /**
   * Sends the next requests of a drained instance's clients to the others, and completes its own.
   * Only of a balancer that ends the requests of an instance at the beginning of a maintenance.
   * Setting a state ends it. @throws Error as read.
   */
  moveClients?(member: string): Promise<void>;
}

/** Describes a running balancer and its interface. */
export interface ControlFile {
  balancer: BalancerName;
  /** The folder of the balancer. */
  folder: string;
  /** The secret of Apache's balancer-manager. */
  nonce: string;
  pool: Pool;
}
