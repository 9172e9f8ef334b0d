/** Faults of processes: devices and members of the ensemble are killed, or restarted in turn. */
import type { ManagedProcess } from '../../local/processes/processes.js';
import { startAgain } from '../faults/processes.js';
import { wallMs } from '../traffic/client.js';
import type { MeasurementFault, OpenRoundFault } from './fault.js';
import { findLeading, findMember, waitForWholeRounds, type MeasurementScene } from './scene.js';

const nothing = (): Promise<void> => Promise.resolve();
const noHold = (): number => 0;

/** SIGKILL. The end of the fault starts the processes again, all at once. */
async function kill(...victims: readonly ManagedProcess[]): Promise<OpenRoundFault> {
  const atMs = wallMs();
  victims.forEach((victim) => victim.kill('SIGKILL'));
  await Promise.all(victims.map((victim) => victim.exited));
  return {
    target: victims.map(({ name }) => name).join('+'),
    atMs,
    heal: async () => void (await Promise.all(victims.map(startAgain))),
  };
}

const findFollowing = (scene: MeasurementScene): ManagedProcess => {
  const leading = findLeading(scene);
  return scene.random.pick(scene.devices.filter((device) => device !== leading));
};

/** Stops and starts one process after another; each time the rounds must be whole again. */
async function restartAll(scene: MeasurementScene): Promise<OpenRoundFault> {
  const { members, devices, api, cluster } = scene;
  const atMs = wallMs();
  const parts = [...members, ...devices, ...cluster.system.replicas, api];
  for (const part of parts) {
    await part.restart();
    await waitForWholeRounds(scene, wallMs(), `after the restart of ${part.name}`);
  }
  return { target: `${parts.length} processes`, atMs, heal: nothing };
}

export const PROCESS_FAULTS = [
  {
    name: 'none',
    title: 'no fault',
    published: 'goes on',
    holdMs: ({ periodMs }) => 10 * periodMs,
    inject: () => Promise.resolve({ target: 'nothing', atMs: wallMs(), heal: nothing }),
  },
  {
    name: 'device-killed',
    title: 'a device dies',
    published: 'goes on',
    holdMs: noHold,
    inject: (scene) => kill(findFollowing(scene)),
  },
  {
    name: 'leading-device-killed',
    title: 'the leading device dies',
    published: 'goes on',
    holdMs: noHold,
    inject: (scene) => kill(findLeading(scene)),
  },
  {
    name: 'follower-killed',
    title: 'an ensemble follower dies',
    published: 'never rejoin',
    holdMs: noHold,
    inject: async (scene) => kill(await findMember(scene, 'follower')),
  },
  {
    name: 'leader-killed',
    title: 'the ensemble leader dies',
    published: 'never rejoin',
    holdMs: noHold,
    inject: async (scene) => kill(await findMember(scene, 'leader')),
  },
  {
    name: 'two-killed',
    title: 'two members die, return',
    published: null,
    holdMs: ({ sessionTimeoutMs }) => 1.5 * sessionTimeoutMs,
    stopsAll: true,
    inject: async (scene) => {
      const leader = await findMember(scene, 'leader');
      return kill(leader, scene.random.pick(scene.members.filter((one) => one !== leader)));
    },
  },
  {
    name: 'restarted',
    title: 'all restarted in turn',
    published: null,
    share: 0.25,
    holdMs: noHold,
    inject: restartAll,
  },
] as const satisfies readonly MeasurementFault[];
