/**
 * Shared code of the peers on BullMQ: a queue that is filled in bulk, one payment per job, and a
 * worker. Completed jobs are removed, as BullMQ's guide advises for production; that costs no speed
 * and saves memory.
 */
import { Queue, Worker, type Processor } from 'bullmq';
import { Redis } from 'ioredis';
import type { PeerOrder, PeerPlace, PeerProducer } from '../peer.js';
import { portionsOf } from './portions.js';

export const BULLMQ_QUEUE = 'payments';

/** Jobs per `addBulk`, which is one transaction in Redis. */
const PORTION = 1_000;

/** Settings of every peer on BullMQ. */
export const BULLMQ_SETTINGS = [
  `addBulk in portions of ${PORTION} jobs: its guide advises bulk for many jobs, and each call is one transaction in Redis`,
  'completed jobs are removed (removeOnComplete), failed ones kept up to 5,000: "Going to production", "Auto-removal of jobs"',
  'Redis with AOF everysec and noeviction, as "Going to production" advises',
] as const;

/** How a worker treats the jobs that it has done. */
export const removeJobs = {
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 5_000 },
} as const;

const SHORT_LEASE = { lockDuration: 5_000, stalledInterval: 1_000 } as const;
const SHORT_TEXT = 'a job whose worker died waits for its lock, 5 s instead of 30';

/** Settings for the benchmark of kills: naive users keep the default number of attempts. */
export const BULLMQ_LEASES = {
  naive: SHORT_LEASE,
  naiveText: `${SHORT_TEXT}; maxStalledCount 1, the default: a job whose worker died twice fails`,
  tuned: { ...SHORT_LEASE, maxStalledCount: 1_000 },
  tunedText: `${SHORT_TEXT}; maxStalledCount 1,000: no job fails because its worker died`,
} as const;

export function openBullmqProducer({ redisUrl, prefix }: PeerPlace): PeerProducer {
  const queue = new Queue<PeerOrder>(BULLMQ_QUEUE, { connection: { url: redisUrl }, prefix });
  queue.on('error', (error) => console.error(error));
  return {
    enqueue: async (orders) => {
      for (const portion of portionsOf(orders, PORTION))
        await queue.addBulk(portion.map((data) => ({ name: 'pay', data })));
    },
    close: () => queue.close(),
  };
}

/** Creates a worker that is connected and has not started. @param concurrency of jobs. */
export async function createBullmqWorker(
  { redisUrl, prefix, kills }: PeerPlace,
  concurrency: number,
  processor: Processor<PeerOrder>,
  leases: typeof BULLMQ_LEASES.naive = BULLMQ_LEASES.naive,
): Promise<Worker<PeerOrder>> {
  const worker = new Worker<PeerOrder>(BULLMQ_QUEUE, processor, {
    connection: { url: redisUrl, maxRetriesPerRequest: null },
    prefix,
    concurrency,
    autorun: false,
    ...removeJobs,
    ...(kills ? leases : {}),
  });
  worker.on('error', (error) => console.error(error));
  worker.on('failed', (_job, error) => console.error(error));
  await worker.waitUntilReady();
  return worker;
}

/** Number of jobs that got an id and are no longer in the queue. */
export async function countFinished({ redisUrl, prefix }: PeerPlace): Promise<number> {
  const redis = new Redis(redisUrl);
  const queue = new Queue<PeerOrder>(BULLMQ_QUEUE, { connection: redis, prefix });
  try {
    const given = Number(await redis.get(`${prefix}:${BULLMQ_QUEUE}:id`));
    return given - (await queue.getJobCountByTypes());
  } finally {
    await queue.close();
    redis.disconnect();
  }
}
