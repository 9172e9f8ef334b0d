/**
 * Restarts one member of the ZooKeeper ensemble. The other members keep the majority, so that no
 * session ends and the measurement rounds continue.
 */
import { readRounds, type RoundState } from '../../shared/zookeeper/read-rounds.js';
import { waitUntil } from '../../shared/wait-until.js';
import type { ManagedProcess } from '../processes/processes.js';
import type { System } from '../system.js';
import { POLL_MS, stopAndStart, waitForCheck } from './restart-process.js';

/** Longest wait for the other members before a restart, in ms. */
const OTHERS_DEADLINE_MS = 10_000;

export type RoundsSystem = Pick<System, 'ensemble' | 'devices'>;

/** The members and devices now. Never throws. @param apiUrl null: without the leading device. */
export const readRoundState = (
  { ensemble, devices }: RoundsSystem,
  apiUrl: string | null = null,
): Promise<RoundState> => readRounds({ members: ensemble, devices, apiUrl });

const isServing = ({ role }: RoundState['members'][number]): boolean =>
  role === 'leader' || role === 'follower';

const listReady = ({ devices }: RoundState): string[] =>
  devices.filter(({ state }) => state === 'ready').map(({ name }) => name);

/** A busy member may answer late, and an election ends within a second. @throws Error */
async function waitForOthers(
  system: RoundsSystem,
  { name }: ManagedProcess,
  signal: AbortSignal,
): Promise<RoundState> {
  let missing: string | undefined;
  const read = async (): Promise<RoundState | null> => {
    const now = await readRoundState(system);
    missing = now.members.find((each) => each.name !== name && !isServing(each))?.name;
    return missing === undefined ? now : null;
  };
  return waitUntil(read, {
    deadlineMs: OTHERS_DEADLINE_MS,
    pollMs: POLL_MS,
    signal,
    toError: () => new Error(`${missing} does not serve, so the ensemble would lose its majority`),
  });
}

/**
 * Resolves when all members serve, and every device that was ready is ready again.
 * @throws Error when another member does not serve before: the ensemble would lose its majority.
 */
export async function restartMember(
  system: RoundsSystem,
  member: ManagedProcess,
  signal: AbortSignal,
): Promise<void> {
  const ready = listReady(await waitForOthers(system, member, signal));
  await stopAndStart(member, signal);
  await waitForCheck(async () => {
    const now = await readRoundState(system);
    const again = listReady(now);
    return now.members.every(isServing) && ready.every((name) => again.includes(name));
  }, signal);
}
