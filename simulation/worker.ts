/** A thread that searches seeds for pool.ts: one job at a time, one answer each. */
import { parentPort } from 'node:worker_threads';
import type { Job, JobResult } from './pool.js';
import { rulesOf, search } from './search.js';

parentPort?.on('message', ({ number, from, count, mutant, only }: Job) => {
  parentPort?.postMessage({
    number,
    ...search(from, count, rulesOf(mutant), only),
  } satisfies JobResult);
});
