/**
 * Returns instances to service that a rolling restart took out and left so, because `npm start` was
 * killed meanwhile or no monitor answered. The reason in the table `instance` contains the id of
 * the restart, so that the state of an operator never matches.
 */
import type { RestartRecord } from '../../shared/contracts/rolling-restart.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { waitUntil } from '../../shared/wait-until.js';
import type { OperatorCalls } from './operator-calls.js';

const ID_DIGITS = 8;
/** The form of `toStateReason`. */
const OWN_REASON = `^rolling restart [0-9a-f]{${ID_DIGITS}}: `;
const READY_REASON = 'the rolling restart that took it out of service has ended';
/** After a start, the monitors need a moment to reach the balancer. */
const RELEASE_DEADLINE_MS = 10_000;
const POLL_MS = 250;

/** The reason of a state that a rolling restart sets. */
export const toStateReason = ({ id, reason }: Pick<RestartRecord, 'id' | 'reason'>): string =>
  `rolling restart ${id.slice(0, ID_DIGITS)}: ${reason}`;

/**
 * Whether an operator took an instance out of service.
 * @param reason the reason of the states that the rolling restart in progress sets.
 */
export async function isKeptByOperator(
  db: Queryable,
  instance: string,
  reason: string,
): Promise<boolean> {
  const text = `SELECT FROM instance WHERE id = $1 AND admin <> 'ready' AND reason <> $2`;
  return (await db.query(text, [instance, reason])).rowCount === 1;
}

async function release(calls: OperatorCalls, instance: string): Promise<void> {
  let problem = '';
  const isReleased = (): Promise<boolean> =>
    calls.orderInstanceState(instance, 'ready', READY_REASON).catch((error: unknown) => {
      problem = (error as Error).message;
      return false;
    });
  await waitUntil(isReleased, {
    deadlineMs: RELEASE_DEADLINE_MS,
    pollMs: POLL_MS,
    toError: () =>
      new Error(`${instance} is still out of service because of a rolling restart: ${problem}`),
  });
}

/**
 * Call it only while no rolling restart is in progress.
 * @param instances of the running system.
 * @returns the instances that are ready again.
 * @throws Error when one of them cannot be set.
 */
export async function releaseDrains(
  db: Queryable,
  calls: OperatorCalls,
  instances: readonly string[],
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id FROM instance WHERE admin <> 'ready' AND reason ~ $1 AND id = ANY ($2) ORDER BY id`,
    [OWN_REASON, instances],
  );
  for (const { id } of rows) await release(calls, id);
  return rows.map(({ id }) => id);
}
