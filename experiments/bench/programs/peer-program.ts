/**
 * The process of a peer's producer or worker; the bench decides which. The worker counts its peer's
 * commits itself, so that the time of the last commit does not include a message to the bench.
 */
import { pathToFileURL } from 'node:url';
import { makeOrders, type OrdersWanted } from '../orders.js';
import type { Peer, PeerPlace, PeerProducer, PeerWorker } from '../peer.js';
import { nowNs, type Span } from './commands.js';
import { serve } from './serve.js';

const [file = '', name = ''] = process.argv.slice(2);

/**
 * A file exports its peer, or, for several peers that differ only in a number, a function from the
 * number at the end of the name to the peer.
 */
async function loadPeer(): Promise<Peer> {
  const exported = Object.values(
    (await import(pathToFileURL(file).href)) as Record<string, unknown>,
  );
  const number = /-(\d+)$/.exec(name)?.[1];
  const made = exported.map((value) =>
    number !== undefined && typeof value === 'function'
      ? (value as (of: number) => unknown)(Number(number))
      : value,
  );
  const found = made.find((value) => (value as Peer | null)?.name === name);
  if (!found) throw new Error(`${file} exports no peer ${name}`);
  return found as Peer;
}

/** Counts committed payments, with the time of the last commit. */
class Tally {
  private count = 0;
  private lastNs = 0n;
  private waiting: { count: number; resolve(atNs: bigint): void } | null = null;

  readonly addCommits = (payments: number): void => {
    this.count += payments;
    this.lastNs = nowNs();
    if (!this.waiting || this.count < this.waiting.count) return;
    this.waiting.resolve(this.lastNs);
    this.waiting = null;
  };

  /** Resolves with the time at which `count` payments were committed. */
  waitForCount(count: number): Promise<bigint> {
    if (this.count >= count) return Promise.resolve(this.lastNs);
    return new Promise((resolve) => (this.waiting = { count, resolve }));
  }
}

let producer: PeerProducer | null = null;
let worker: PeerWorker | null = null;
let tally = new Tally();
const peer = loadPeer();

serve({
  prepare: async (place: PeerPlace) => (await peer).prepare(place),
  openProducer: async (place: PeerPlace) =>
    void (producer = await (await peer).openProducer(place)),
  /** Also starts a new tally. */
  openWorker: async (place: PeerPlace) => {
    tally = new Tally();
    worker = await (await peer).openWorker(place);
  },
  enqueue: async (wanted: OrdersWanted): Promise<Span> => {
    const orders = makeOrders(wanted);
    const fromNs = nowNs();
    await producer?.enqueue(orders);
    return { fromNs, toNs: nowNs() };
  },
  start: async (): Promise<bigint> => {
    const fromNs = nowNs();
    await worker?.start(tally.addCommits);
    return fromNs;
  },
  reached: (count: number) => tally.waitForCount(count),
  close: async () => {
    await worker?.close();
    await producer?.close();
    worker = null;
    producer = null;
  },
});
