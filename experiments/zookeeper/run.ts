/** Runs all trials of one system, in random order, and measures them. */
import { shuffle } from '../../shared/random.js';
import { wallMs } from '../traffic/client.js';
import type { MeasurementFault } from './fault.js';
import { measureTrials, type MeasurementTrial, type TrialFigures } from './figures.js';
import { restartDevices } from './restart-devices.js';
import type { MeasurementScene } from './scene.js';
import { performTrial } from './trials.js';

export interface TrialsOptions {
  faults: readonly MeasurementFault[];
  /** Trials of each fault. */
  count: number;
  /** Longest wait for the next mean, and for all devices after a fault, ms. */
  patienceMs: number;
  /** Whether devices and API start anew after a trial that did not go on: those of the baseline. */
  restarts: boolean;
  /** Ends the run after the first trial with a finding, for a control. */
  stopsAtFinding: boolean;
  show(text: string): void;
}

const countOf = (count: number, { share = 1 }: MeasurementFault): number =>
  Math.max(1, Math.ceil(count * share));

/** The faults of each repetition, shuffled. */
function planFaults(
  { faults, count }: TrialsOptions,
  { random }: Pick<MeasurementScene, 'random'>,
): MeasurementFault[] {
  return Array.from({ length: count }, (_, repetition) =>
    shuffle(
      faults.filter((fault) => repetition < countOf(count, fault)),
      random,
    ),
  ).flat();
}

/** @throws AbortError; Error when the rounds of Relevo do not return. */
export async function runTrials(
  scene: MeasurementScene,
  options: TrialsOptions,
): Promise<TrialFigures[]> {
  const { recorder } = scene;
  const trials: MeasurementTrial[] = [];
  const planned = planFaults(options, scene);
  for (const [index, fault] of planned.entries()) {
    options.show(`trial ${index + 1} of ${planned.length} · ${fault.title}`);
    const trial = await performTrial(scene, fault, { nextMs: options.patienceMs });
    trials.push(trial);
    if (options.restarts && index < planned.length - 1) await restartDevices(scene);
    if (options.stopsAtFinding && hasFinding(trial, recorder)) break;
  }
  await recorder.poll();
  return measureTrials(trials, recorder);
}

const hasFinding = (trial: MeasurementTrial, recorder: MeasurementScene['recorder']): boolean =>
  measureTrials([{ ...trial, endedMs: wallMs() }], recorder).some(
    ({ findings }) => findings.length > 0,
  );
