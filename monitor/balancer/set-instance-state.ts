/**
 * Sets the administrative state of a patients instance: first in the record, then in the load
 * balancer. Nothing is recorded when the balancer does not answer, or when no other instance would
 * receive new clients. When the balancer fails after the record was written, the answer says so,
 * and the monitors apply the state as soon as it answers.
 *
 * Orders at one monitor follow one another. Two orders at two monitors at the same time may take
 * the last two instances out of service.
 */
import type { MemberState } from '../../shared/balancer/control.js';
import { Problem } from '../../shared/errors.js';
import type { Logger } from '../../shared/observability/logger.js';
import type { AdminChange } from '../cluster/admin-table.js';
import type { BalancerSync } from './balancer-sync.js';
import type { InstanceStore } from './instance-store.js';
import { isLastInService } from './plan-changes.js';

export interface SetInstanceOptions {
  /** The instances that this monitor knows. */
  instances: readonly string[];
  /** Null: there is no balancer. */
  sync: Pick<BalancerSync, 'exclusively' | 'run'> | null;
  store: Pick<InstanceStore, 'set' | 'audit'>;
  logger: Logger;
}

type Sync = NonNullable<SetInstanceOptions['sync']>;

const RETRY_AFTER_SECONDS = 2;

const unavailable = (detail: string, cause: unknown): Problem =>
  new Problem('UNAVAILABLE', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS, cause });

/** @throws Problem INSTANCE_NOT_FOUND, NO_BALANCER. */
function requireBalancer({ instances, sync }: SetInstanceOptions, id: string): Sync {
  if (!instances.includes(id))
    throw new Problem('INSTANCE_NOT_FOUND', `There is no instance ${id}`);
  if (sync) return sync;
  throw new Problem('NO_BALANCER', 'This monitor has no load balancer (option BALANCER_FOLDER)');
}

/** @throws Problem INSTANCE_NOT_FOUND, LAST_INSTANCE. */
function requireAllowed({ id, state }: AdminChange, states: readonly MemberState[]): void {
  if (!states.some(({ name }) => name === id))
    throw new Problem('INSTANCE_NOT_FOUND', `The balancer has no instance ${id}`);
  if (isLastInService(id, state, states))
    throw new Problem('LAST_INSTANCE', `${id} is the only instance that receives new clients`);
}

/** @returns the state of the instance in the balancer. */
async function set(
  { store }: SetInstanceOptions,
  sync: Sync,
  order: AdminChange,
): Promise<MemberState> {
  const { id, state } = order;
  const before = await sync.run().catch((error: unknown) => {
    throw unavailable('The balancer does not answer; nothing was changed', error);
  });
  requireAllowed(order, before);
  await store.set(order);
  const recorded = `${state} is recorded for ${id}, and will be applied when the balancer answers`;
  const after = await sync.run().catch((error: unknown) => {
    throw unavailable(recorded, error);
  });
  const applied = after.find(({ name }) => name === id);
  if (applied?.admin !== state) throw unavailable(recorded, undefined);
  return applied;
}

/** A failed write of the audit row must not replace the refusal. */
async function auditRefusal(
  { store, logger }: SetInstanceOptions,
  { id: target, reason, actor }: AdminChange,
  outcome: string,
): Promise<void> {
  const entry = { actor, action: 'state', target, reason, outcome };
  await store
    .audit(entry)
    .catch((error: unknown) =>
      logger.warn({ err: error, entry }, 'cannot write the audit row of a refused state'),
    );
}

/** @throws Problem INSTANCE_NOT_FOUND, NO_BALANCER, LAST_INSTANCE, UNAVAILABLE. */
export async function setInstanceState(
  options: SetInstanceOptions,
  order: AdminChange,
): Promise<MemberState> {
  const sync = requireBalancer(options, order.id);
  try {
    return await sync.exclusively(() => set(options, sync, order));
  } catch (error) {
    if (error instanceof Problem && error.code === 'LAST_INSTANCE')
      await auditRefusal(options, order, error.code);
    throw error;
  }
}
