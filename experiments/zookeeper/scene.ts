/** The running system of the experiment zookeeper, and its parts by their present role. */
import type { ManagedProcess } from '../../local/processes/processes.js';
import { readMemberState } from '../../shared/zookeeper/member-state.js';
import type { MemberRole } from '../../shared/zookeeper/round-kinds.js';
import type { Random } from '../../shared/random.js';
import { waitUntil } from '../../shared/wait-until.js';
import type { Cluster } from '../system/cluster.js';
import type { ApiDoors } from './api-doors.js';
import { findNextMs } from './figures.js';
import type { MeanRecorder } from './recorder.js';
import type { SettingsWriter } from './settings.js';

export interface MeasurementScene {
  cluster: Cluster;
  members: readonly ManagedProcess[];
  devices: readonly ManagedProcess[];
  api: ManagedProcess;
  recorder: MeanRecorder;
  doors: ApiDoors;
  settings: SettingsWriter;
  /** Between the begins of two rounds, ms. */
  periodMs: number;
  sessionTimeoutMs: number;
  random: Random;
  signal: AbortSignal;
}

const HOST = '127.0.0.1';
const POLL_MS = 50;
/** Longest wait for all parts, ms. */
const WHOLE_MS = 60_000;

const readMemberRole = async ({ port }: ManagedProcess): Promise<MemberRole> =>
  (await readMemberState({ host: HOST, port })).role;

/** @throws Error when no member has the role. */
export async function findMember(
  { members }: MeasurementScene,
  role: MemberRole,
): Promise<ManagedProcess> {
  const roles = await Promise.all(members.map(readMemberRole));
  const found = members[roles.indexOf(role)];
  if (found) return found;
  throw new Error(`no member of the ensemble is the ${role}: ${roles.join(', ')}`);
}

/** The device that sent the latest mean. @throws Error without means. */
export function findLeading({ recorder, devices }: MeasurementScene): ManagedProcess {
  const epoch = Math.max(0, ...recorder.accepted.map((mean) => mean.epoch));
  const name = recorder.computed.findLast((mean) => mean.epoch === epoch)?.device;
  const found = devices.find((device) => device.name === name);
  if (found) return found;
  throw new Error('no device has sent a mean');
}

/** Whether a mean of this many devices exists that was measured after `sinceMs`. */
export const hasMeanSince = (
  { recorder }: MeasurementScene,
  sinceMs: number,
  leastDevices = 1,
): boolean => findNextMs(recorder, { atMs: sinceMs, endedMs: Infinity }, leastDevices) !== null;

/** Whether every member serves, and all devices took part in a round since `sinceMs`. */
export async function isWholeSince(scene: MeasurementScene, sinceMs: number): Promise<boolean> {
  if (!hasMeanSince(scene, sinceMs, scene.devices.length)) return false;
  const roles = await Promise.all(scene.members.map(readMemberRole));
  return roles.every((role) => role === 'leader' || role === 'follower');
}

/** @param when a clause for the error. @throws Error when the rounds are not whole in a minute. */
export async function waitForWholeRounds(
  scene: MeasurementScene,
  sinceMs: number,
  when: string,
): Promise<void> {
  await waitUntil(() => isWholeSince(scene, sinceMs), {
    deadlineMs: WHOLE_MS,
    pollMs: POLL_MS,
    signal: scene.signal,
    toError: () => new Error(`${when}, not every device takes part in the rounds`),
  });
}
