/**
 * The limit of one payment per job on BullMQ: a worker that does nothing. The work of any handler
 * adds to this time.
 */
import type { Peer, PeerPlace, PeerWorker } from '../peer.js';
import {
  BULLMQ_SETTINGS,
  countFinished,
  createBullmqWorker,
  openBullmqProducer,
} from '../peers/bullmq.js';

const CONCURRENCY = 500;

async function openWorker(place: PeerPlace): Promise<PeerWorker> {
  let committed: (payments: number) => void = () => undefined;
  const worker = await createBullmqWorker(place, CONCURRENCY, async () => committed(1));
  return {
    start: async (report) => {
      committed = report;
      void worker.run();
    },
    close: () => worker.close(),
  };
}

export const bullmqNoop: Peer = {
  name: 'bullmq-noop',
  what: 'BullMQ worker that does nothing: no row, no gateway',
  packages: ['bullmq', 'ioredis'],
  settings: [...BULLMQ_SETTINGS, `concurrency ${CONCURRENCY}: as its micro-batched peer`],
  lacks: ['everything but delivery'],
  prepare: async () => undefined,
  openProducer: async (place) => openBullmqProducer(place),
  openWorker,
  countCommitted: countFinished,
};
