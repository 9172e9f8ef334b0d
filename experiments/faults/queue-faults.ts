/**
 * Faults of the queue that leave Redis running. Redis answers PING and reads, so a health check
 * that only reads detects nothing.
 */
import { Queue } from 'bullmq';
import { PAYMENTS_OPTIONS } from '../../payments/config.js';
import { sleep } from '../../shared/clock.js';
import { JOB_OPTIONS, queueName } from '../../shared/queue/queue.js';
import type { Cluster } from '../system/cluster.js';
import type { FaultDefinition } from './fault.js';
import { onRedis } from './on-redis.js';
import { handOver } from './planned.js';
import { startAgain, getRunning } from './processes.js';

const redisTarget = ({ system }: Cluster): string[] => (system.redis ? [system.redis.name] : []);

/** Settings that make Redis refuse writes, and the values that allow them again. */
const REFUSALS = [
  { setting: 'min-replicas-to-write', refuse: '1', allow: '0' },
  { setting: 'maxmemory', refuse: '1', allow: '0' },
] as const;

export const queueRefusesWrites: FaultDefinition = {
  kind: 'queue-refuses-writes',
  purpose:
    'Redis answers reads and refuses writes: its memory or its disk is full, or its replicas are lost.',
  targets: redisTarget,
  inject: async (cluster, { target, random }) => {
    const redis = getRunning(cluster, target);
    const { setting, refuse, allow } = random.pick(REFUSALS);
    await onRedis(cluster, (connection) => connection.config('SET', setting, refuse));
    return async () => {
      await startAgain(redis);
      await onRedis(cluster, (connection) => connection.config('SET', setting, allow));
    };
  },
};

/**
 * Jobs that are not parcels: of another version of the program, of an operator's experiment, or of
 * a faulty client of the same Redis.
 */
const UNREADABLE: readonly unknown[] = [
  {},
  null,
  'text',
  { ids: 'x' },
  { ids: [1, null] },
  { ids: ['not a payment id'] },
  [[]],
];
const PARTITION = 0;
const PREFIX = String(PAYMENTS_OPTIONS.queuePrefix.default);

export const unreadableParcel: FaultDefinition = {
  kind: 'unreadable-parcel',
  purpose: 'The queue holds jobs that no replica can read, in front of all others.',
  harmless: true,
  targets: redisTarget,
  inject: async (cluster, { target }) => {
    getRunning(cluster, target);
    await onRedis(cluster, async (connection) => {
      const queue = new Queue(queueName(PARTITION), {
        connection,
        prefix: PREFIX,
        skipMetasUpdate: true,
      });
      queue.on('error', () => undefined); // The rejected command reports the error.
      await queue.addBulk(
        UNREADABLE.map((data) => ({ name: 'parcel', data, opts: { ...JOB_OPTIONS, lifo: true } })),
      );
    });
    return null;
  },
};

/** Delay between the death of Redis and the hand-over, in which the replicas reconnect, ms. */
const RECONNECTING_MS = 120;

export const handoverWithoutQueue: FaultDefinition = {
  kind: 'handover-without-queue',
  purpose: 'The leader hands over while it reconnects to Redis, and leads again later.',
  targets: ({ system }) => (system.monitors.length > 0 ? redisTarget({ system } as Cluster) : []),
  inject: async (cluster, { target, markInjected }) => {
    const redis = getRunning(cluster, target);
    const { leader } = await cluster.leadership();
    markInjected();
    redis.kill('SIGKILL');
    await redis.exited;
    await sleep(RECONNECTING_MS);
    // Without a second replica the death of Redis is the whole fault.
    await handOver(cluster, {}).catch(() => undefined);
    return async () => {
      await startAgain(redis);
      // The replica may be down meanwhile.
      if (leader !== null) await handOver(cluster, { to: leader }).catch(() => undefined);
    };
  },
};
