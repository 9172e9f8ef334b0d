/**
 * The process of a peer's producer or of its worker, told which by the bench. A worker counts what its peer says is committed, here and not
 * in the bench, so that the moment of the last commit is not that of a message about it.
 */
import { pathToFileURL } from 'node:url';
import { makeOrders, type OrdersWanted } from '../orders.js';
import type { Peer, PeerPlace, PeerProducer, PeerWorker } from '../peer.js';
import { nowNs, type Span } from './commands.js';
import { serve } from './serve.js';

const [file = '', name = ''] = process.argv.slice(2);

/** A file exports its peer; or, where several differ in a number only, what makes one of the number that its name ends with. */
async function loadPeer(): Promise<Peer> {
  const exported = Object.values((await import(pathToFileURL(file).href)) as Record<string, unknown>);
  const number = /-(\d+)$/.exec(name)?.[1];
  const made = exported.map((value) => (number !== undefined && typeof value === 'function' ? (value as (of: number) => unknown)(Number(number)) : value));
  const found = made.find((value) => (value as Peer | null)?.name === name);
  if (!found) throw new Error(`${file} exports no peer ${name}`);
  return found as Peer;
}

/** How many payments were committed, and when it was so many. */
class Tally {
  private count = 0;
  private lastNs = 0n;
  private waiting: { count: number; resolve(atNs: bigint): void } | null = null;

  readonly committed = (payments: number): void => {
    this.count += payments;
    this.lastNs = nowNs();
    if (!this.waiting || this.count < this.waiting.count) return;
    this.waiting.resolve(this.lastNs);
    this.waiting = null;
  };

  /** Resolves with the moment at which `count` were committed. */
  reached(count: number): Promise<bigint> {
    if (this.count >= count) return Promise.resolve(this.lastNs);
    return new Promise((resolve) => (this.waiting = { count, resolve }));
  }
}

let producer: PeerProducer | null = null;
let worker: PeerWorker | null = null;
let tally = new Tally();
const peer = loadPeer();

serve({
  openProducer: async (place: PeerPlace) => void (producer = await (await peer).openProducer(place)),
  /** Nothing is committed yet for the tally of this one. */
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
    await worker?.start(tally.committed);
    return fromNs;
  },
  reached: (count: number) => tally.reached(count),
  close: async () => {
    await worker?.close();
    await producer?.close();
    worker = null;
    producer = null;
  },
});
