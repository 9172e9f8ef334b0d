/** A peer whose worker is killed: the ledger of its gateway is in a database of its own. */
import type { Pool } from '../../../shared/postgres/postgres.js';
import type { Benchmark, BenchEnvironment, Measurement, Side } from '../benchmark.js';
import type { OrdersWanted } from '../orders.js';
import { PEER_PREFIX, startPeerProcess, type PeerProcess } from '../peer-process.js';
import type { Peer, PeerPlace } from '../peer.js';
import { installPeer } from '../peer-node.js';
import type { BenchProgram } from '../programs/program.js';
import { KILLED_CALL_MS, measureKills, type Killable } from './kills.js';

const LEDGER =
  'CREATE TABLE charge (id bigint GENERATED ALWAYS AS IDENTITY, payment uuid NOT NULL)';

interface Parts {
  peer: Peer;
  place: PeerPlace;
  ledger: Pool;
  rows: Pool;
}

const count = async (pool: Pool, table: string): Promise<number> => {
  const { rows } = await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
  return rows[0]?.n ?? 0;
};

class KilledPeer implements Killable {
  private enqueued = 0;
  private producer: BenchProgram | null = null;
  private worker: BenchProgram | null = null;

  constructor(
    private readonly environment: BenchEnvironment,
    private readonly parts: Parts,
    private readonly benchmark: string,
  ) {}

  private start(part: PeerProcess['part']): Promise<BenchProgram> {
    const { benchmark, parts } = this;
    return startPeerProcess(this.environment, {
      benchmark,
      peer: parts.peer,
      folder: 'peers',
      part,
    });
  }

  async open(): Promise<void> {
    this.producer = await this.start('producer');
    await this.producer.ask('prepare', this.parts.place);
    await this.producer.ask('openProducer', this.parts.place);
    await this.revive();
  }

  async enqueue(wanted: number): Promise<void> {
    const { seed, patients } = this.environment;
    this.enqueued += wanted;
    const orders: OrdersWanted = { count: wanted, seed: seed + this.enqueued, patients };
    await this.producer?.ask('enqueue', orders);
  }

  countCharges = (): Promise<number> => count(this.parts.ledger, 'charge');
  countRows = (): Promise<number> => count(this.parts.rows, 'payment');

  async kill(): Promise<void> {
    await this.worker?.kill();
  }

  async revive(): Promise<void> {
    this.worker = await this.start('worker');
    await this.worker.ask('openWorker', this.parts.place);
    await this.worker.ask('start');
  }

  async readCharges(): Promise<string[]> {
    const { rows } = await this.parts.ledger.query<{ payment: string }>(
      'SELECT payment FROM charge',
    );
    return rows.map(({ payment }) => payment);
  }

  async close(): Promise<void> {
    await this.worker?.kill();
    await this.producer?.end();
  }
}

async function measurePeerKills(
  peer: Peer,
  name: string,
  environment: BenchEnvironment,
): Promise<Measurement> {
  const own = await environment.engines.createStorage(false);
  const ledger = await environment.engines.createStorage(false);
  const place: PeerPlace = {
    databaseUrl: own.databaseUrl,
    redisUrl: own.redisUrl,
    prefix: PEER_PREFIX,
    gatewayLatencyMs: KILLED_CALL_MS,
    kills: { ledgerUrl: ledger.databaseUrl },
  };
  const parts = { peer, place, ledger: ledger.pool, rows: own.pool };
  const killed = new KilledPeer(environment, parts, name);
  try {
    await ledger.pool.query(LEDGER);
    await killed.open();
    return { ...(await measureKills(killed, environment)), problems: [] };
  } finally {
    await killed.close();
    await own.clear();
    await ledger.clear();
  }
}

/** The losses of a peer are a finding about it, never a fault of the run. */
export function peerKills(peer: Peer, side: Side): Benchmark {
  const name = `${peer.name}-kills`;
  return {
    name,
    kind: 'kills',
    side,
    what: `${peer.what}; ${peer.recovery ?? ''}`,
    install: (signal) => installPeer(peer, signal),
    measure: (environment) => measurePeerKills(peer, name, environment),
  };
}
