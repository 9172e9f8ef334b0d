/** A thread that searches seeds for pool.ts: one job at a time, one answer each. */
import { parentPort } from 'node:worker_threads';
import type { SearchJob, JobResult } from './pool.js';
import { rulesOf, searchSeeds } from './search.js';

parentPort?.on('message', ({ number, from, count, mutant, only }: SearchJob) => {
  parentPort?.postMessage({
    number,
    ...searchSeeds(from, count, rulesOf(mutant), only),
  } satisfies JobResult);
});
