/**
 * The interface of a peer: another implementation of the same work, tuned for throughput as its own
 * documentation advises. Producer and worker run in separate processes and get all their inputs
 * from the bench, so that the bench, not the peer, decides what is measured and when.
 */

/** One payment of the work: the same for all benchmarks. */
export interface PeerOrder {
  /** A UUID. */
  id: string;
  patientId: string;
  amountMinor: number;
  currency: string;
}

/** The environment of a peer. All of it belongs to the peer alone. */
export interface PeerPlace {
  /** An empty database on the bench's PostgreSQL, with default durability. */
  databaseUrl: string;
  redisUrl: string;
  /** Prefix of its keys in Redis. */
  prefix: string;
  /** Duration of the gateway call of each payment, ms; 0: no call. */
  gatewayLatencyMs: number;
  /**
   * Only in the benchmark of kills. The gateway then records each call, and the jobs of a dead
   * worker are taken up again after seconds: @see Peer.recovery.
   */
  kills?: {
    /** A database with the gateway's ledger. */
    ledgerUrl: string;
  };
}

export interface PeerProducer {
  /**
   * Resolves when the peer's queue contains all orders; uses the peer's own enqueue function with
   * the largest portions that its documentation advises.
   */
  enqueue(orders: readonly PeerOrder[]): Promise<void>;
  close(): Promise<void>;
}

export interface PeerWorker {
  /**
   * Starts the work. @param committed called after each durable write with its number of payments.
   */
  start(committed: (payments: number) => void): Promise<void>;
  /** Finishes jobs in progress and closes the connections. */
  close(): Promise<void>;
}

/** A peer: facts for the reader, and the functions that run it. */
export interface Peer {
  /** As in the table: `bullmq-prisma-50`. */
  name: string;
  /** A short description. */
  what: string;
  /**
   * The line of Node.js for its processes, such as 24, when its packages do not support the
   * project's floor.
   */
  nodeLine?: number;
  /** npm packages whose versions are reported. */
  packages: readonly string[];
  /** Its settings, with the reasons that its documentation gives; one line each. */
  settings: readonly string[];
  /**
   * How its jobs come back after the death of their worker, with the settings of the benchmark of
   * kills; undefined: a limit, which has no such benchmark.
   */
  recovery?: string;
  /** Features that Relevo has and the peer lacks; one line each. */
  lacks: readonly string[];
  /**
   * Creates its tables and queues; every measurement starts with this call on an empty database.
   */
  prepare(place: PeerPlace): Promise<void>;
  openProducer(place: PeerPlace): Promise<PeerProducer>;
  openWorker(place: PeerPlace): Promise<PeerWorker>;
  /** Number of committed rows, for the check at the end. */
  countCommitted(place: PeerPlace): Promise<number>;
}
