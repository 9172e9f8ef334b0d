/** One trial: calm, the fault, the next mean, the end of the fault, and calm again. */
import { sleep } from '../../shared/clock.js';
import { pollUntil } from '../../shared/wait-until.js';
import { wallMs } from '../traffic/client.js';
import type { MeasurementFault, OpenRoundFault } from './fault.js';
import type { MeasurementTrial } from './figures.js';
import { hasMeanSince, isWholeSince, waitForWholeRounds, type MeasurementScene } from './scene.js';

const POLL_MS = 50;

export interface TrialPatience {
  /** Longest wait for the next mean, and for all devices after the fault, ms. */
  nextMs: number;
}

/** @throws AbortError; Error when the rounds do not run before the fault. */
export async function performTrial(
  scene: MeasurementScene,
  fault: MeasurementFault,
  patience: TrialPatience,
): Promise<MeasurementTrial> {
  const { recorder, random, periodMs, signal } = scene;
  const fromMs = wallMs();
  await waitForWholeRounds(scene, fromMs, `before ${fault.name}`);
  await sleep(random.next() * periodMs, signal);
  const before = await recorder.readRefused();
  const open = await fault.inject(scene);
  const problem = await holdFault(scene, fault, open, patience);
  const healedMs = wallMs();
  const waiting = { deadlineMs: patience.nextMs, pollMs: POLL_MS, signal };
  const isWhole = await pollUntil(() => isWholeSince(scene, healedMs), waiting);
  const refused = (await recorder.readRefused()) - before;
  return {
    fault: fault.name,
    target: open.target,
    fromMs,
    atMs: fault.stopsAll ? healedMs : open.atMs,
    healedMs,
    endedMs: wallMs(),
    isWhole,
    // A restart of the API sets its counters to 0.
    refused: Math.max(0, refused),
    problem,
  };
}

/** Ends the fault in any case. @returns the problem that its own check found, or null. */
async function holdFault(
  scene: MeasurementScene,
  fault: MeasurementFault,
  { atMs, heal, check }: OpenRoundFault,
  { nextMs }: TrialPatience,
): Promise<string | null> {
  const { signal } = scene;
  try {
    const leftMs = fault.holdMs(scene) - (wallMs() - atMs);
    await sleep(leftMs, signal);
    const isNext = (): boolean => hasMeanSince(scene, atMs);
    if (!fault.stopsAll) await pollUntil(isNext, { deadlineMs: nextMs, pollMs: POLL_MS, signal });
    else if (isNext()) return 'a mean was accepted without a majority of the ensemble';
    return (await check?.()) ?? null;
  } finally {
    await heal();
  }
}
