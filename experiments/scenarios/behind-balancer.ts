/**
 * Runs a system behind a load balancer: three instances of patients, of which the client knows only
 * the balancer's address. The client never retries, because the balancer must. Pure.
 */
import { BALANCERS, type BalancerName } from '../../shared/balancer/pool.js';

/** Instances behind the balancer. */
export const INSTANCES = 3;

export const BALANCER_OPTION = {
  text: true,
  value: 'NAME',
  doc: 'haproxy, apache or nginx, with 3 instances behind it',
} as const;

export const isBalancer = (name: string): name is BalancerName =>
  (BALANCERS as readonly string[]).includes(name);

/** Null: no balancer. */
export const toBalancer = (name: string | null): BalancerName | null =>
  name !== null && isBalancer(name) ? name : null;

/** @returns an error message, or null. */
export const checkBalancer = (name: string | null): string | null =>
  name === null || isBalancer(name)
    ? null
    : `--balancer must be one of ${BALANCERS.join(', ')}, got "${name}"`;
