/**
 * A peer of the bench: another way to do the same work, as its own documentation advises for throughput. Producer and worker run in
 * processes of their own; both are handed what they need, so that the bench, not the peer, decides what is measured and when.
 */

/** One payment of the work: the same for everybody. */
export interface Order {
  /** A UUID. */
  id: string;
  patientId: string;
  amountMinor: number;
  currency: string;
}

/** Where a peer works. All of it is the peer's alone. */
export interface PeerPlace {
  /** An empty database on the bench's PostgreSQL, whose durability is the default. */
  databaseUrl: string;
  redisUrl: string;
  /** Prefix of its keys in Redis. */
  prefix: string;
  /** Duration of the call to the gateway that each payment makes, in ms; 0: none. */
  gatewayLatencyMs: number;
}

export interface PeerProducer {
  /** Resolves when the peer's queue holds them all: its own enqueue, in the largest portions it advises. */
  enqueue(orders: readonly Order[]): Promise<void>;
  close(): Promise<void>;
}

export interface PeerWorker {
  /** Begins to work. @param committed told how many payments were committed by each write, after it is durable. */
  start(committed: (payments: number) => void): Promise<void>;
  /** Finishes what is under way and closes its connections. */
  close(): Promise<void>;
}

/** Facts for the reader beside the way to run it. */
export interface Peer {
  /** As in the table: `bullmq-prisma-50`. */
  name: string;
  /** What it is, in a few words. */
  what: string;
  /** npm packages whose versions are listed. */
  packages: readonly string[];
  /** How it is set, and why where its documentation says so; a line each. */
  settings: readonly string[];
  /** What it does not do that Relevo does; a line each. */
  lacks: readonly string[];
  /** Makes its tables and queues; every measurement begins with it on an empty database. */
  prepare(place: PeerPlace): Promise<void>;
  openProducer(place: PeerPlace): Promise<PeerProducer>;
  openWorker(place: PeerPlace): Promise<PeerWorker>;
  /** Rows of the work that are committed: for the check at the end. */
  countCommitted(place: PeerPlace): Promise<number>;
}
