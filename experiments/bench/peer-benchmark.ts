/**
 * Measures a peer: runs its producer and its worker in separate processes, drained or live, and
 * counts its rows afterwards.
 */
import type { Benchmark, BenchmarkKind, Measurement, Side, BenchEnvironment } from './benchmark.js';
import type { OrdersWanted } from './orders.js';
import { PEER_PREFIX, startPeerProcess, type PeerProcess } from './peer-process.js';
import type { Peer, PeerPlace } from './peer.js';
import { installPeer } from './peer-node.js';
import { secondsOf, type Span } from './programs/commands.js';
import type { BenchProgram } from './programs/program.js';
import { watchUsage } from './usage.js';
import { capPayments, getWarmUpMost, warmUpBenchmark } from './warm-up.js';

/** The two processes of a peer. */
class PeerUnderLoad {
  private enqueued = 0;
  private committedBefore = 0;

  private constructor(
    private readonly environment: BenchEnvironment,
    private readonly place: PeerPlace,
    readonly producer: BenchProgram,
    readonly worker: BenchProgram,
  ) {}

  static async open(
    environment: BenchEnvironment,
    place: PeerPlace,
    benchmark: string,
    peer: Peer,
    folder: string,
  ): Promise<PeerUnderLoad> {
    const start = (part: PeerProcess['part']): Promise<BenchProgram> =>
      startPeerProcess(environment, { benchmark, peer, folder, part });
    const producer = await start('producer');
    const worker = await start('worker');
    return new PeerUnderLoad(environment, place, producer, worker);
  }

  /** In a process of the peer, because its packages may need another Node.js than the bench. */
  async prepare(): Promise<void> {
    await this.producer.ask('prepare', this.place);
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
      environment: { seed, patients },
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
  peerSystem: PeerUnderLoad,
  kind: BenchmarkKind,
  environment: BenchEnvironment,
): Promise<Omit<Measurement, 'problems'>> {
  await Promise.all([peerSystem.openProducer(), peerSystem.openWorker()]);
  await peerSystem.begin();
  const warm = await warmUpBenchmark(
    async (count) => secondsOf(await peerSystem.live(count)),
    getWarmUpMost(environment.payments),
  );
  const payments = capPayments(environment.payments, warm.rate);
  if (kind !== 'live') await peerSystem.prefill(payments);
  await environment.engines.settle();
  const { postgres, redis } = environment.engines.pids;
  const used = watchUsage({
    worker: [peerSystem.worker.pid],
    front: [peerSystem.producer.pid],
    postgres,
    redis,
  });
  const span = kind === 'live' ? await peerSystem.live(payments) : await peerSystem.drain();
  return { payments, seconds: secondsOf(span), usage: used(), latencies: [], figures: {} };
}

async function measurePeer(
  peer: Peer,
  folder: string,
  { name, kind }: Pick<Benchmark, 'name' | 'kind'>,
  environment: BenchEnvironment,
): Promise<Measurement> {
  const storage = await environment.engines.createStorage(false);
  const gatewayLatencyMs = kind === 'drain-20ms' ? 20 : 0;
  const place: PeerPlace = {
    databaseUrl: storage.databaseUrl,
    redisUrl: storage.redisUrl,
    prefix: PEER_PREFIX,
    gatewayLatencyMs,
  };
  let peerSystem: PeerUnderLoad | null = null;
  try {
    peerSystem = await PeerUnderLoad.open(environment, place, name, peer, folder);
    await peerSystem.prepare();
    const measured = await measureAtWork(peerSystem, kind, environment);
    await peerSystem.close();
    const committed = await peer.countCommitted(place);
    const problems =
      committed === peerSystem.total
        ? []
        : [`${name}: ${committed} rows for ${peerSystem.total} payments`];
    return { ...measured, problems };
  } finally {
    await peerSystem?.end();
    await storage.clear();
  }
}

/** @param folder of its file, below `experiments/bench/`. */
export function peerBenchmark(
  peer: Peer,
  kind: BenchmarkKind,
  side: Side,
  folder = 'peers',
): Benchmark {
  const name = kind === 'drain' ? peer.name : `${peer.name}-${kind.replace('drain-', '')}`;
  return {
    name,
    kind,
    side,
    what: peer.what,
    install: (signal) => installPeer(peer, signal),
    measure: (environment) => measurePeer(peer, folder, { name, kind }, environment),
  };
}
