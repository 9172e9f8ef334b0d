/** Reads the status of a monitor, as the lab sees the system. */
import { status as statusSchema, type Status } from '../../shared/contracts/status.js';
import type { System } from '../../local/system.js';

type Monitor = Pick<System['monitors'][number], 'url'>;

/** @throws Error when the monitor does not answer in time, or answers with anything else. */
export async function fetchStatus(
  monitor: Monitor,
  token: string,
  deadlineMs: number,
): Promise<Status> {
  const answer = await fetch(`${monitor.url}/status`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(deadlineMs),
  });
  return statusSchema.parse(await answer.json());
}

/** Longest wait for one look at a monitor, ms. */
const LOOK_MS = 2_000;

/** Null: the monitor does not answer. */
export const readStatus = (monitor: Monitor | undefined, token: string): Promise<Status | null> =>
  monitor ? fetchStatus(monitor, token, LOOK_MS).catch(() => null) : Promise.resolve(null);

/** Whether a replica reports that it leads in the term of the leadership row. */
export function hasWorkingLeader({ partitions: [leadership], replicas }: Status): boolean {
  return replicas.some(
    ({ id, role, term }) =>
      id === leadership?.leader && role === 'leading' && term === leadership.term,
  );
}
