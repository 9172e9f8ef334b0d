/** Runs one load level against a running system. */
import type { Cluster } from '../system/cluster.js';
import { CpuSampler } from './cpu-sampler.js';
import {
  countErrors,
  summarizeLatencies,
  summarizeSteps,
  summarizeSeconds,
  type LevelFigures,
} from './figures.js';
import { REQUESTS_PER_USER } from './levels.js';
import { countSaved } from './saved-payments.js';
import { sendUsers, type SentUsers, type SendOptions } from './send-users.js';

/** As long as the longest answer of the published report. */
export const REQUEST_PATIENCE_MS = 120_000;

export interface LevelOptions extends Omit<SendOptions, 'patienceMs' | 'stop' | 'onRequest'> {
  /** Called after each request. */
  onProgress: (sent: number, failed: number) => void;
}

/** @throws AbortError */
export async function runLevel(options: LevelOptions): Promise<LevelFigures> {
  const cpu = new CpuSampler(options.cluster);
  let [sent, failed] = [0, 0];
  try {
    const users = await sendUsers({
      ...options,
      patienceMs: REQUEST_PATIENCE_MS,
      onRequest: ({ error }) => {
        sent += 1;
        if (error !== null) failed += 1;
        options.onProgress(sent, failed);
      },
    });
    return await summarize(options, users, cpu);
  } finally {
    cpu.stop();
  }
}

async function summarize(
  { cluster, level }: { cluster: Cluster; level: { name: string } },
  { users, requests, paid, lateMs, durationMs }: SentUsers,
  cpu: CpuSampler,
): Promise<LevelFigures> {
  const succeeded = requests.filter(({ error }) => error === null);
  return {
    level: level.name,
    users,
    requests: users * REQUESTS_PER_USER,
    completed: succeeded.length,
    requestsPerSec: (requests.length * 1_000) / durationMs,
    latencyMs: summarizeLatencies(succeeded.map(({ latencyMs }) => latencyMs)),
    byStep: summarizeSteps(requests),
    errors: countErrors(requests),
    seconds: summarizeSeconds(requests, cpu.seconds),
    durationMs,
    generatorLateMs: lateMs.reduce((most, late) => Math.max(most, late), 0),
    paid: paid.length,
    saved: await countSaved(cluster.pool, paid),
  };
}
