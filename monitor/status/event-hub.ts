/**
 * Sends server-sent events. A reader receives a status snapshot on connect, every event with an id
 * at once, the status again when its structure changes (leader, opinions, administrative states),
 * and once per second a sample with the numbers that changed. A reader that reconnects with
 * `Last-Event-ID` receives the events that are still stored. The hub disconnects a reader that does
 * not read; the reader reconnects and receives a snapshot.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { Response } from 'express';
import { clientNetwork } from '../../shared/http/client-network.js';
import type { MonitorEvent } from '../core/events.js';
import type { Status } from '../../shared/contracts/status.js';
import type { Sample } from './sampler.js';
import { changes, NO_NUMBERS, toNumbers, toStructure } from './status-differences.js';
import { withoutAddresses } from './status.js';
import type { Numbers, PublishedEvents } from './stream-messages.js';

/** As a record, so that the compiler finds an event that is missing here. */
const PUBLISHED: Readonly<Record<keyof PublishedEvents, true>> = {
  'election:won': true,
  'replica:suspected': true,
  'replica:recovered': true,
  'replica:left': true,
  'leadership:lost': true,
  'failover:completed': true,
  'clock:jumped': true,
};
const REMEMBERED = 256;
/** Interval of the check for a changed structure, ms. Events cause an immediate check. */
const LOOK_INTERVAL_MS = 250;
/** Maximum data that may wait for one reader, in bytes. */
const BACKLOG_MAX_BYTES = 262_144;
/**
 * Limits of anonymous readers: in total, and per address. Readers with a session or a token have
 * separate limits.
 */
const STRANGERS_MAX = 200;
const STRANGERS_PER_ADDRESS = 50;
const KNOWN_MAX = 100;

interface Reader {
  response: Response;
  full: boolean;
  address: string;
}

export interface HubSources {
  /** Polls the counts of waiting work again. */
  status: () => Promise<Status>;
  /** Returns at once, with the last known counts of waiting work. */
  known: () => Status;
}

const frame = (name: string, data: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

export class EventHub {
  private readonly readers = new Set<Reader>();
  /** Readers whose snapshot is under way. They count towards the limits already. */
  private readonly coming = new Set<Reader>();
  private remembered: { id: number; text: string }[] = [];
  private lastId = 0;
  private sentStructure = '';
  private sentNumbers: Numbers = NO_NUMBERS;
  private sentWaiting: Status['waiting'] = null;
  private timer: NodeJS.Timeout | null = null;
  private closed = false;

  /** @param run identifies this life of the monitor. Event ids of an earlier life are invalid. */
  constructor(
    private readonly sources: HubSources,
    private readonly run: string,
  ) {}

  get readerCount(): number {
    return this.readers.size;
  }

  start(): void {
    this.timer = setInterval(() => this.sendStatus(), LOOK_INTERVAL_MS);
  }

  private hasPlace({ full, address }: Reader): boolean {
    const others = [...this.readers, ...this.coming].filter((other) => other.full === full);
    if (full) return others.length < KNOWN_MAX;
    return (
      others.length < STRANGERS_MAX &&
      others.filter((other) => other.address === address).length < STRANGERS_PER_ADDRESS
    );
  }

  /**
   * @param full whether the reader may see addresses. @returns false when there are already too
   *   many readers of its kind.
   */
  async add(response: Response, full: boolean, lastEventId: string | undefined): Promise<boolean> {
    const reader = { response, full, address: clientNetwork(response.req) };
    if (this.closed || !this.hasPlace(reader)) return false;
    this.coming.add(reader);
    return this.welcome(reader, lastEventId).finally(() => this.coming.delete(reader));
  }

  private async welcome(reader: Reader, lastEventId: string | undefined): Promise<boolean> {
    const { response, full } = reader;
    response.status(200).set({
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
      'Connection': 'close',
    });
    const snapshot = await this.sources.status();
    if (response.destroyed) return true;
    if (this.closed) return (response.end(), true);
    response.once('close', () => this.readers.delete(reader));
    response.write(
      `retry: 1000\n\n${frame('status', full ? snapshot : withoutAddresses(snapshot))}${this.findMissed(lastEventId)}`,
    );
    this.readers.add(reader);
    return true;
  }

  private findMissed(lastEventId: string | undefined): string {
    const [run, id] = lastEventId?.split('.') ?? [];
    if (run !== this.run || !/^\d{1,15}$/.test(id ?? '')) return '';
    return this.remembered
      .filter((each) => each.id > Number(id))
      .map(({ text }) => text)
      .join('');
  }

  publish({ name, data }: MonitorEvent): void {
    if (!Object.hasOwn(PUBLISHED, name)) return;
    this.lastId += 1;
    const text = frame(name, data, `${this.run}.${this.lastId}`);
    this.remembered = [...this.remembered.slice(1 - REMEMBERED), { id: this.lastId, text }];
    this.broadcast(() => text);
    // After this turn of the event loop: the state then includes the change, and the push to the
    // new leader has priority.
    setImmediate(() => this.sendStatus());
  }

  /**
   * Sends the numbers of this second. A missing sample also shows readers that their stream is
   * lost.
   */
  sample(sample: Sample): void {
    if (this.readers.size === 0) return;
    const known = this.sources.known();
    const numbers = toNumbers(known, sample);
    const isSilent = known.waiting === null && this.sentWaiting === null;
    const waiting = isSilent ? undefined : known.waiting;
    const text = frame('sample', changes(this.sentNumbers, numbers, sample, waiting));
    [this.sentNumbers, this.sentWaiting] = [numbers, known.waiting];
    this.broadcast(() => text);
  }

  private sendStatus(): void {
    if (this.readers.size === 0) return;
    const status = this.sources.known();
    const structure = toStructure(status);
    if (structure === this.sentStructure) return;
    this.sentStructure = structure;
    const full = frame('status', status);
    const open = frame('status', withoutAddresses(status));
    this.broadcast((reader) => (reader.full ? full : open));
  }

  private broadcast(textFor: (reader: Reader) => string): void {
    for (const reader of this.readers) {
      if (reader.response.writableLength > BACKLOG_MAX_BYTES) reader.response.destroy();
      else reader.response.write(textFor(reader));
    }
  }

  /** Ends every stream. */
  close(): void {
    this.closed = true;
    if (this.timer) clearInterval(this.timer);
    for (const { response } of this.readers) response.end();
  }
}
