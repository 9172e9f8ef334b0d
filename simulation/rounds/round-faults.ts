/** Injects the faults of a run. Each returns the function that heals it. */
import { sortCandidates } from '../../shared/zookeeper/election.js';
import { QUIET } from '../model/network.js';
import type { Process } from '../model/process.js';
import type { DeviceProcess } from './device-process.js';
import type { RoundFault, RoundFaultKind } from './round-schedule.js';
import type { RoundSystem } from './round-system.js';

type Heal = () => void;
type Inject = (system: RoundSystem, device: DeviceProcess, fault: RoundFault) => Heal;

/** Longest delay before a slow call has its effect, in ms: longer than a session. */
const SLOW_MS = 1_200;
const LAG_MS = 300;
const LOST_SHARE = 0.6;
const SHORT_PERIOD_MS = 250;
/** Delay of each message on a slow network: up to this, in ms. */
const DELAY_MS = 60;

const kill = (target: Process): Heal => {
  target.crash();
  return () => target.restart();
};
const freeze = (target: Process): Heal => {
  target.freeze();
  return () => target.wake();
};

function cut(
  { network }: RoundSystem,
  device: Process,
  targets: readonly Process[],
  fault: RoundFault,
): Heal {
  const pairs = targets.flatMap((target) => [
    ...(fault.direction === 'from' ? [] : [[device, target] as const]),
    ...(fault.direction === 'to' ? [] : [[target, device] as const]),
  ]);
  pairs.forEach(([from, to]) => network.cut(from, to));
  return () => pairs.forEach(([from, to]) => network.heal(from, to));
}

const memberOf = ({ ensemble }: RoundSystem, { member }: RoundFault) =>
  ensemble.members[member] as RoundSystem['ensemble']['members'][number];

/** Sets a field until the heal. */
function set<T, K extends keyof T>(target: T, key: K, value: T[K], usual: T[K]): Heal {
  target[key] = value;
  return () => (target[key] = usual);
}

/** The node of the candidate that leads. */
const findLeader = ({ ensemble }: RoundSystem): string | undefined =>
  sortCandidates(
    [...ensemble.tree.keys()].flatMap((path) => /^\/election\/(.+)$/.exec(path)?.[1] ?? []),
  )[0];

function findTarget(
  system: RoundSystem,
  devices: readonly DeviceProcess[],
  { device }: RoundFault,
): DeviceProcess {
  const leader = findLeader(system);
  const target =
    device === null ? devices.find(({ name }) => leader?.startsWith(`${name}-`)) : devices[device];
  return target ?? (devices[0] as DeviceProcess);
}

const INJECT: Record<RoundFaultKind, Inject> = {
  'kill-device': (_system, device) => kill(device),
  'freeze-device': (_system, device) => freeze(device),
  'kill-member': (system, _device, fault) => kill(memberOf(system, fault)),
  'freeze-member': (system, _device, fault) => freeze(memberOf(system, fault)),
  'lag-member': (system, _device, fault) => set(memberOf(system, fault), 'lagMs', LAG_MS, 0),
  'cut-member': (system, device, fault) => cut(system, device, [memberOf(system, fault)], fault),
  'cut-ensemble': (system, device, fault) => cut(system, device, system.ensemble.members, fault),
  'cut-api': (system, device, fault) => cut(system, device, [system.api], fault),
  'kill-api': ({ api }) => kill(api),
  'slow-api': ({ api }) => set(api, 'slowMs', SLOW_MS, 0),
  'lose-answers': ({ api }) => set(api, 'loseAnswers', LOST_SHARE, 0),
  'remove-candidate': (system) => {
    const leader = findLeader(system);
    if (leader !== undefined) system.ensemble.remove(`/election/${leader}`);
    return () => undefined;
  },
  'slow-network': ({ network }) =>
    set(network, 'noise', { drop: 0, duplicate: 0, delayMs: DELAY_MS }, QUIET),
  'change-period': (system) => set(system, 'periodMs', SHORT_PERIOD_MS, system.periodMs),
};

export const injectRoundFault = (
  system: RoundSystem,
  devices: readonly DeviceProcess[],
  fault: RoundFault,
): Heal => INJECT[fault.kind](system, findTarget(system, devices, fault), fault);
