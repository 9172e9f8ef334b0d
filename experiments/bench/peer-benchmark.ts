/**
 * Measures a peer: runs its producer and its worker in separate processes, drained or live, and
 * counts its rows afterwards.
 */
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { compile } from '../../local/processes/compile.js';
import { ROOT } from '../../local/root.js';
import type { Contestant, Kind, Measurement, Side, Stage } from './benchmark.js';
import type { OrdersWanted } from './orders.js';
import type { Peer, PeerPlace } from './peer.js';
import { installPeerPackages, usesPeerPackages } from './peers/packages.js';
import { secondsOf, type Span } from './programs/commands.js';
import { Program } from './programs/program.js';
import { watchUsage } from './usage.js';
import { cappedPayments, warmUp } from './warm-up.js';

const PROGRAM = 'experiments/bench/programs/peer-program.ts';
const PREFIX = 'bench';

/** Peers that differ only in a number share a file: `bullmq-prisma-50` is in `bullmq-prisma.ts`. */
function sourceOf(name: string, folder: string): string {
  const [own, shared] = [name, name.replace(/-\d+$/, '')].map(
    (each) => `experiments/bench/${folder}/${each}.ts`,
  ) as [string, string];
  return existsSync(join(ROOT, own)) ? own : shared;
}

/** The two processes of a peer. */
class PeerAtWork {
  private enqueued = 0;
  private committedBefore = 0;

  private constructor(
    private readonly stage: Stage,
    private readonly place: PeerPlace,
    readonly producer: Program,
    readonly worker: Program,
  ) {}

  static async open(
    stage: Stage,
    place: PeerPlace,
    contestant: string,
    { name }: Peer,
    folder: string,
  ): Promise<PeerAtWork> {
    const file = join(ROOT, await compile(sourceOf(name, folder)));
    const start = (part: string): Promise<Program> =>
      Program.start({
        name: `${contestant} ${part}`,
        source: PROGRAM,
        args: [file, name],
        nodeArgs: stage.nodeArgs(`${contestant}/${part}`),
        signal: stage.signal,
        onLine: stage.onLine,
      });
    const producer = await start('producer');
    const worker = await start('worker');
    return new PeerAtWork(stage, place, producer, worker);
  }

  async openProducer(): Promise<void> {
    await this.producer.ask('openProducer', this.place);
  }

  /** Opens a worker that has not started yet. */
  async openWorker(): Promise<void> {
    await this.worker.ask('openWorker', this.place);
    this.committedBefore = this.enqueued;
  }

  begin = (): Promise<bigint> => this.worker.ask<bigint>('start');

  enqueue(count: number): Promise<Span> {
    const {
      stage: { seed, patients },
    } = this;
    this.enqueued += count;
    return this.producer.ask<Span>('enqueue', {
      count,
      seed: seed + this.enqueued,
      patients,
    } satisfies OrdersWanted);
  }

  /** Resolves when all enqueued payments are committed. */
  allCommitted = (): Promise<bigint> =>
    this.worker.ask<bigint>('reached', this.enqueued - this.committedBefore);

  /**
   * Processes `count` payments live. @returns the span from the first enqueue to the last commit.
   */
  async live(count: number): Promise<Span> {
    const [{ fromNs }, toNs] = await Promise.all([this.enqueue(count), this.allCommitted()]);
    return { fromNs, toNs };
  }

  /**
   * Enqueues `count` payments in advance. The process is the warm one; its worker is new and has
   * not started.
   */
  async prefill(count: number): Promise<void> {
    await this.worker.ask('close');
    await this.openWorker();
    await this.enqueue(count);
  }

  async drain(): Promise<Span> {
    const [fromNs, toNs] = await Promise.all([this.begin(), this.allCommitted()]);
    return { fromNs, toNs };
  }

  get total(): number {
    return this.enqueued;
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.worker.ask('close'), this.producer.ask('close')]);
    await this.end();
  }

  async end(): Promise<void> {
    await Promise.all([this.producer.end(), this.worker.end()]);
  }
}

async function measureAtWork(
  atWork: PeerAtWork,
  kind: Kind,
  stage: Stage,
): Promise<Omit<Measurement, 'problems'>> {
  await Promise.all([atWork.openProducer(), atWork.openWorker()]);
  await atWork.begin();
  const warm = await warmUp(async (count) => secondsOf(await atWork.live(count)));
  const payments = cappedPayments(stage.payments, warm.rate);
  if (kind !== 'live') await atWork.prefill(payments);
  await stage.engines.settle();
  const { postgres, redis } = stage.engines;
  const used = watchUsage({
    worker: [atWork.worker.pid],
    front: [atWork.producer.pid],
    postgres: [postgres.pid ?? 0],
    redis: [redis.pid ?? 0],
  });
  const span = kind === 'live' ? await atWork.live(payments) : await atWork.drain();
  return { payments, seconds: secondsOf(span), usage: used(), latencies: [], figures: {} };
}

async function measurePeer(
  peer: Peer,
  folder: string,
  { name, kind }: Pick<Contestant, 'name' | 'kind'>,
  stage: Stage,
): Promise<Measurement> {
  const ground = await stage.engines.ground(false);
  const gatewayLatencyMs = kind === 'drain-20ms' ? 20 : 0;
  const place: PeerPlace = {
    databaseUrl: ground.databaseUrl,
    redisUrl: ground.redisUrl,
    prefix: PREFIX,
    gatewayLatencyMs,
  };
  let atWork: PeerAtWork | null = null;
  try {
    await peer.prepare(place);
    atWork = await PeerAtWork.open(stage, place, name, peer, folder);
    const measured = await measureAtWork(atWork, kind, stage);
    await atWork.close();
    const committed = await peer.countCommitted(place);
    const problems =
      committed === atWork.total ? [] : [`${name}: ${committed} rows for ${atWork.total} payments`];
    return { ...measured, problems };
  } finally {
    await atWork?.end();
    await ground.clear();
  }
}

/** @param folder of its file, below `experiments/bench/`. */
export function peerContestant(peer: Peer, kind: Kind, side: Side, folder = 'peers'): Contestant {
  const name = kind === 'drain' ? peer.name : `${peer.name}-${kind.replace('drain-', '')}`;
  return {
    name,
    kind,
    side,
    what: peer.what,
    ...(usesPeerPackages(peer) ? { install: installPeerPackages } : {}),
    measure: (stage) => measurePeer(peer, folder, { name, kind }, stage),
  };
}
