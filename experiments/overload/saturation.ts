/** Measures the saturation point of the running system before the overload. */
import { runStep, type CapacityStep } from '../capacity/run-step.js';
import { findSaturation, nextRate, type SearchRules } from '../capacity/search.js';
import type { Cluster } from '../system/cluster.js';

/** Quick enough for the start of an experiment; `experiment capacity` measures more exactly. */
const RULES: SearchRules = {
  startPerSec: 20,
  growth: 1.5,
  mostPerSec: 2_000,
  halvings: 3,
  tries: 2,
};
/** Duration of a step and of its beginning that is not counted. */
const STEP = { seconds: 10, warmUpSeconds: 3 };

export interface SaturationOptions {
  cluster: Cluster;
  seed: number;
  signal: AbortSignal;
  onProgress: (perSec: number, sent: number, failed: number) => void;
}

/** @returns users per second; 0: the system serves no rate in time. @throws AbortError */
export async function measureSaturation({
  onProgress,
  ...options
}: SaturationOptions): Promise<number> {
  const steps: CapacityStep[] = [];
  for (let perSec = nextRate(steps, RULES); perSec !== null; perSec = nextRate(steps, RULES)) {
    const rate = perSec;
    steps.push(
      await runStep({
        ...{ ...options, ...STEP, perSec },
        name: `search-${steps.length + 1}`,
        leftBefore: steps.at(-1)?.left ?? 0,
        onProgress: (sent, failed) => onProgress(rate, sent, failed),
      }),
    );
  }
  return findSaturation(steps).perSec;
}
