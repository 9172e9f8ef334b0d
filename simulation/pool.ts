/** Worker threads, one per core, that take jobs in order. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { compile } from '../local/processes/compile.js';
import { ROOT } from '../local/root.js';
import type { Searched } from './search.js';
import type { AnyBreach, SubjectName } from './subjects.js';

/** Seeds to search. */
export interface SearchJob {
  of: SubjectName;
  number: number;
  from: number;
  count: number;
  /** Null: the unmodified system. */
  mutant: string | null;
  /** Stop only at a breach of this rule; null: at any breach. */
  only: string | null;
}

export interface JobResult extends Searched<AnyBreach> {
  number: number;
}

export class WorkerPool {
  private constructor(private readonly workers: readonly Worker[]) {}

  /**
   * Compiles first: threads do not inherit a TypeScript loader, and the code such a loader adds to
   * a function costs a tenth.
   */
  static async open(size = availableParallelism()): Promise<WorkerPool> {
    const file = join(ROOT, await compile('simulation/worker.ts'));
    return new WorkerPool(Array.from({ length: size }, () => new Worker(file)));
  }

  get size(): number {
    return this.workers.length;
  }

  /**
   * Hands out jobs until none is left.
   * @param next returns the next job; null: no more. @param done called with each answer.
   * @throws Error when a thread fails.
   */
  async run(next: () => SearchJob | null, done: (result: JobResult) => void): Promise<void> {
    await Promise.all(this.workers.map((worker) => this.drive(worker, next, done)));
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private drive(
    worker: Worker,
    next: () => SearchJob | null,
    done: (result: JobResult) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const give = (): void => {
        const job = next();
        if (job === null) resolve();
        else worker.postMessage(job);
      };
      worker.removeAllListeners('message').on('message', (result: JobResult) => {
        done(result);
        give();
      });
      worker.once('error', reject);
      give();
    });
  }
}
