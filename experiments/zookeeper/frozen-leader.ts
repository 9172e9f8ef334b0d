/**
 * The leading device is frozen while its mean is in transit, and wakes up after another device has
 * sent the mean of that round. The mean then arrives under the old epoch: a program that checks
 * that it leads before it sends cannot prevent this; only the API can refuse it.
 *
 * A proxy before the API delays each request. As soon as the device has logged its mean and the
 * request has left it, the lab cuts this proxy, freezes the device, and leads the others through
 * another proxy.
 */
import { sleep } from '../../shared/clock.js';
import { pollUntil, waitUntil } from '../../shared/wait-until.js';
import { startAgain } from '../faults/processes.js';
import type { Undo } from '../network/lane.js';
import { wallMs } from '../traffic/client.js';
import type { ComputedMean } from './evidence.js';
import type { MeasurementFault, OpenRoundFault } from './fault.js';
import type { MeasurementScene } from './scene.js';

/** Shares of a period: how long a request is in transit; when it has surely left the device. */
const TRANSIT = 0.6;
const SENT = 0.3;
const ATTEMPTS = 5;
const POLL_MS = 5;
const MEAN_MS = 60_000;
/** Longest wait for the API to receive the mean after the end of the cut, ms. */
const ARRIVAL_MS = 2_000;

interface HeldMean {
  mean: ComputedMean;
  release: Undo;
}

/** Cuts the proxy while a mean is in it. @returns null: the mean had arrived before. */
async function holdMean(scene: MeasurementScene): Promise<HeldMean | null> {
  const { recorder, doors, periodMs, random, signal } = scene;
  const { forward } = doors.proxy;
  const undoSlow = forward.slow({ latencyMs: TRANSIT * periodMs, jitterMs: 0, random });
  const sinceMs = wallMs();
  try {
    const mean = await waitUntil(() => recorder.computed.findLast(({ atMs }) => atMs > sinceMs), {
      deadlineMs: MEAN_MS,
      pollMs: POLL_MS,
      signal,
      toError: () => new Error('no device computed a mean'),
    });
    await sleep(SENT * periodMs, signal);
    const undoCut = forward.cut();
    await recorder.poll();
    if (!recorder.accepted.some(({ round }) => round === mean.round))
      return { mean, release: undoCut };
    undoCut();
    return null;
  } finally {
    undoSlow();
  }
}

async function freezeLeading(scene: MeasurementScene): Promise<OpenRoundFault> {
  const { devices, doors, settings, recorder, signal } = scene;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const held = await holdMean(scene);
    const leading = devices.find(({ name }) => name === held?.mean.device);
    if (held === null || !leading) continue;
    const atMs = wallMs();
    leading.freeze();
    doors.change();
    await settings.writeApiUrl(doors.meanUrl);
    const heal = async (): Promise<void> => {
      const before = await recorder.readRefused();
      held.release();
      const hasArrived = async (): Promise<boolean> =>
        (await recorder.readRefused()) > before || isAccepted(scene, held.mean);
      await pollUntil(hasArrived, { deadlineMs: ARRIVAL_MS, pollMs: 50, signal });
      if (!leading.thaw()) await startAgain(leading);
    };
    return { target: leading.name, atMs, heal };
  }
  throw new Error(`no mean was in transit in ${ATTEMPTS} rounds`);
}

const isAccepted = ({ recorder }: MeasurementScene, { round, epoch }: ComputedMean): boolean =>
  recorder.accepted.some((mean) => mean.round === round && mean.epoch === epoch);

export const FROZEN_LEADER: MeasurementFault = {
  name: 'leading-device-frozen',
  title: 'leading device frozen',
  published: null,
  sendsStale: true,
  holdMs: ({ sessionTimeoutMs }) => 1.5 * sessionTimeoutMs,
  inject: freezeLeading,
};
