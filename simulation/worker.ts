/** A thread that searches seeds for pool.ts: one job at a time, one answer each. */
import { parentPort } from 'node:worker_threads';
import type { SearchJob, JobResult } from './pool.js';
import { SUBJECTS } from './subjects.js';

parentPort?.on('message', ({ of, number, from, count, mutant, only }: SearchJob) => {
  parentPort?.postMessage({
    number,
    ...SUBJECTS[of].search({ from, count, mutant, only }),
  } satisfies JobResult);
});
