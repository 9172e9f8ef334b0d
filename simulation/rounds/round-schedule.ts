/** Draws the devices and the faults of one run from its seed. */
import { Chance } from '../model/world.js';

export const ROUND_FAULTS = [
  'kill-device',
  'freeze-device',
  'kill-member',
  'freeze-member',
  'lag-member',
  'cut-member',
  'cut-ensemble',
  'cut-api',
  'kill-api',
  'slow-api',
  'lose-answers',
  'remove-candidate',
  'change-period',
  'slow-network',
] as const;
export type RoundFaultKind = (typeof ROUND_FAULTS)[number];

export interface RoundFault {
  kind: RoundFaultKind;
  atMs: number;
  forMs: number;
  /** Null: the device that leads when the fault begins. */
  device: number | null;
  /** Of the ensemble. */
  member: number;
  /** Of a cut: both directions, only to the target, only from it. */
  direction: 'both' | 'to' | 'from';
}

export interface RoundSchedule {
  seed: number;
  devices: number;
  faults: RoundFault[];
  horizonMs: number;
  /** The sampling period, in ms. */
  periodMs: number;
}

const DEVICES_MAX = 4;
const FAULTS_MAX = 8;
const HORIZON_MS = 6_000;
/** Below and above the session time-out. */
const PERIODS_MS = [200, 500] as const;
/** Share of the faults of devices that hit the leader. */
const LEADER_SHARE = 0.5;
/** Share of the schedules in which the API is slow when the leader fails. */
const AIMED_SHARE = 0.3;
/** Faults last from below to far above the session time-out. */
const LONGEST_MS = 1_600;

export function drawRoundSchedule(seed: number): RoundSchedule {
  const chance = new Chance(seed ^ 0x5eed);
  const devices = 1 + chance.below(DEVICES_MAX);
  const periodMs = chance.pick(PERIODS_MS);
  const faults = Array.from({ length: 1 + chance.below(FAULTS_MAX) }, (): RoundFault => ({
    kind: chance.pick(ROUND_FAULTS),
    atMs: 300 + chance.below(HORIZON_MS - LONGEST_MS - 300),
    forMs: 30 + chance.below(LONGEST_MS),
    device: chance.occurs(LEADER_SHARE) ? null : chance.below(devices),
    member: chance.below(3),
    direction: chance.pick(['both', 'to', 'from'] as const),
  }));
  if (chance.occurs(AIMED_SHARE)) faults.push(...drawSlowEnd(chance));
  faults.sort((a, b) => a.atMs - b.atMs);
  return { seed, devices, faults, horizonMs: HORIZON_MS, periodMs };
}

/** A leader fails or is removed while its call to the API is under way. */
function drawSlowEnd(chance: Chance): RoundFault[] {
  const atMs = 300 + chance.below(HORIZON_MS - 2 * LONGEST_MS);
  const target = { device: null, member: 0, direction: 'both' } as const;
  const kind = chance.pick(['kill-device', 'freeze-device', 'remove-candidate'] as const);
  return [
    { kind: 'slow-api', atMs, forMs: 200 + chance.below(LONGEST_MS), ...target },
    { kind, atMs: atMs + chance.below(600), forMs: 30 + chance.below(LONGEST_MS), ...target },
  ];
}

export const describeRoundFault = ({
  kind,
  device,
  member,
  direction,
  forMs,
}: RoundFault): string =>
  `${kind} (${device === null ? 'leader' : `device_${device + 1}`}, zookeeper_${member + 1}, ${direction}) for ${forMs} ms`;
