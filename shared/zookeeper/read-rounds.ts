/**
 * Reads the present participants of the measurement rounds: the members with their roles,
 * and the measuring devices with the one that leads. Only displayed; the devices decide by
 * themselves.
 */
import { z } from 'zod';
import { EPOCHS_PATH, leadingAnswer } from '../contracts/measurements.js';
import { askJson } from '../record/ask-json.js';
import { readMemberState, type EnsembleState } from './member-state.js';
import type { DevicePresence } from './round-kinds.js';

const TIMEOUT_MS = 1_000;

interface EnsembleMember extends EnsembleState {
  name: string;
}

export interface MeasuringDevice {
  name: string;
  state: DevicePresence;
  /** Whether it is ready and announced the highest epoch. */
  leads: boolean;
}

export interface RoundState {
  members: EnsembleMember[];
  devices: MeasuringDevice[];
}

export interface RoundPlaces {
  /** `url` of a member: `127.0.0.1:5501`, with or without a scheme. */
  members: readonly { name: string; url: string }[];
  devices: readonly { name: string; url: string }[];
  /** The API of the measurements; null: unknown, so that no device is shown as the leading one. */
  apiUrl: string | null;
}

const readiness = z.object({ status: z.string().max(20) });

/** Never throws. */
async function readDeviceState(url: string): Promise<DevicePresence> {
  try {
    const { status, document } = await askJson(`${url}/readyz`, { timeoutMs: TIMEOUT_MS });
    readiness.parse(document);
    return status === 200 ? 'ready' : 'waiting';
  } catch {
    return 'silent';
  }
}

/** The device that announced the highest epoch; null: unknown. Never throws. */
async function readLeading(apiUrl: string | null): Promise<string | null> {
  if (apiUrl === null) return null;
  try {
    const { document } = await askJson(`${apiUrl}${EPOCHS_PATH}`, { timeoutMs: TIMEOUT_MS });
    return leadingAnswer.parse(document).device;
  } catch {
    return null;
  }
}

async function readMember(place: { name: string; url: string }): Promise<EnsembleMember> {
  const { hostname, port } = new URL(`http://${place.url.replace(/^\w+:\/\//, '')}`);
  const state = await readMemberState({ host: hostname, port: Number(port) });
  return { name: place.name, ...state };
}

/** The state now. Takes some seconds at most; never throws. */
export async function readRounds({ members, devices, apiUrl }: RoundPlaces): Promise<RoundState> {
  const [ensemble, states, leading] = await Promise.all([
    Promise.all(members.map(readMember)),
    Promise.all(devices.map(({ url }) => readDeviceState(url))),
    readLeading(apiUrl),
  ]);
  return {
    members: ensemble,
    devices: devices.map(({ name }, index) => {
      const state = states[index] ?? 'silent';
      return { name, state, leads: name === leading && state === 'ready' };
    }),
  };
}
