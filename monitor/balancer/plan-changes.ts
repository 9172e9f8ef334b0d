/**
 * Decides which states a monitor must set in the load balancer. The record in PostgreSQL has the
 * wanted states; a balancer that restarted has forgotten them. Pure.
 */
import type { AdminState } from '../../shared/contracts/leadership.js';
import type { MemberState } from '../../shared/balancer/control.js';

/** A state that an operator set. */
export interface WantedState {
  id: string;
  admin: AdminState;
}

export interface StateChange {
  member: string;
  from: AdminState;
  to: AdminState;
}

/**
 * The states that differ from the record. Instances without a record keep the state that the
 * balancer has; a record about an instance that the balancer does not know changes nothing.
 */
export function planChanges(
  wanted: readonly WantedState[],
  states: readonly MemberState[],
): StateChange[] {
  const records = new Map(wanted.map(({ id, admin }) => [id, admin]));
  return states.flatMap(({ name, admin: from }) => {
    const to = records.get(name);
    return to === undefined || to === from ? [] : [{ member: name, from, to }];
  });
}

const takesNewClients = ({ admin, observed }: MemberState): boolean =>
  admin === 'ready' && observed !== 'down';

/**
 * Whether the change would leave no instance for new clients. Taking an instance out of service
 * that receives none already is no such change.
 */
export function isLastInService(
  member: string,
  to: AdminState,
  states: readonly MemberState[],
): boolean {
  const serving = states.filter(takesNewClients);
  return to !== 'ready' && serving.length === 1 && serving[0]?.name === member;
}
