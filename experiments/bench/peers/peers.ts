/** All peers that the bench compares with Relevo, in the order of its table. */
import type { Peer } from '../peer.js';
import { bullmqMicroBatched } from './bullmq-micro-batched.js';
import { bullmqPostgres } from './bullmq-postgres.js';
import { bullmqPrisma } from './bullmq-prisma.js';
import { dbos } from './dbos.js';
import { graphileWorker } from './graphile-worker.js';
import { pgBoss } from './pg-boss.js';
import { pgBoss12 } from './pg-boss-12.js';

export const PEERS: readonly Peer[] = [
  bullmqPrisma(1),
  bullmqPrisma(50),
  bullmqMicroBatched,
  bullmqPostgres,
  pgBoss,
  pgBoss12,
  graphileWorker,
  dbos,
];
