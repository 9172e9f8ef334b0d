/**
 * The rounds: in each, every system is opened anew, searched for its saturation point, and closed.
 * The order of the systems rotates, so that a drift of the machine affects no particular system.
 */
import { setMaxListeners } from 'node:events';
import { count } from '../../shared/format.js';
import { readVersions } from '../record/evidence.js';
import type { Progress } from '../progress.js';
import { runStep, type CapacityStep } from './run-step.js';
import { nextRate, type SearchRules } from './search.js';
import { openCapacitySystem, type Arrangement, type CapacitySystem } from './systems.js';

export interface CapacityPlan extends SearchRules, Arrangement {
  systems: readonly CapacitySystem[];
  rounds: number;
  /** Duration of the arrivals of a step. */
  seconds: number;
  warmUpSeconds: number;
  seed: number;
  progress: Progress;
  signal: AbortSignal;
}

/** One search of one system. */
export interface SystemRound {
  /** From 1. */
  round: number;
  system: CapacitySystem;
  /** In the order of the search. */
  steps: readonly CapacityStep[];
}

/** @param round 1, 2, … Pure. */
export const orderOfRound = <T>(systems: readonly T[], round: number): T[] => {
  const start = (round - 1) % Math.max(1, systems.length);
  return [...systems.slice(start), ...systems.slice(0, start)];
};

async function searchSystem(
  system: CapacitySystem,
  round: number,
  options: CapacityPlan,
): Promise<{ found: SystemRound; versions: Record<string, string> }> {
  const { rounds, progress, signal } = options;
  const cluster = await openCapacitySystem(system, options, { progress, signal });
  const steps: CapacityStep[] = [];
  try {
    for (let perSec = nextRate(steps, options); perSec !== null;) {
      const title = `round ${round}/${rounds} · ${system} · ${perSec} users/s`;
      steps.push(
        await runStep({
          ...options,
          cluster,
          perSec,
          name: `step-${steps.length + 1}`,
          leftBefore: steps.at(-1)?.left ?? 0,
          onProgress: (sent, failed) =>
            progress.show(`${title} · ${count(sent)} requests · ${count(failed)} failed`),
        }),
      );
      perSec = nextRate(steps, options);
    }
    const versions = await readVersions(cluster.pool, cluster.system.redisUrl);
    return { found: { round, system, steps }, versions };
  } finally {
    progress.end();
    await cluster.close();
  }
}

/** @throws AbortError; as `openCluster`. */
export async function runRounds(
  options: CapacityPlan,
  onFound: (found: SystemRound) => void,
): Promise<{ found: SystemRound[]; versions: Record<string, string> }> {
  // Every user waits on it.
  setMaxListeners(0, options.signal);
  const found: SystemRound[] = [];
  let versions: Record<string, string> = {};
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const system of orderOfRound(options.systems, round)) {
      const searched = await searchSystem(system, round, options);
      versions = searched.versions;
      found.push(searched.found);
      onFound(searched.found);
    }
  }
  return { found, versions };
}
