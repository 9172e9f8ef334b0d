/** Makes the result record of a run, the same for all experiments. */
import type { ExperimentResult } from '../record/result.js';
import { currentCommit } from '../report/files.js';

export type Findings = Pick<ExperimentResult, 'verdict' | 'violations' | 'objectives' | 'systems'>;

/** Begins the run now; its duration ends when `makeResult` is called. */
export function startResult(name: string, seed: number) {
  const startedAt = new Date().toISOString();
  const startMs = performance.now();
  const makeResult = (findings: Findings): ExperimentResult => ({
    name,
    seed,
    commit: currentCommit(),
    startedAt,
    durationMs: Math.round(performance.now() - startMs),
    ...findings,
  });
  return { startedAt, makeResult };
}
