/**
 * Server-sent events: a snapshot of the status on connect, then every event with an id, and the status whenever it changed (at most
 * twice a second). Who comes back with `Last-Event-ID` gets what is still remembered. A reader that does not read is cut off: it
 * reconnects and gets a snapshot, which is worth more than old news.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { Response } from 'express';
import type { MonitorEvent } from './core/events.js';
import type { Status } from './http/schemas.js';
import { withoutAddresses } from './status.js';

/** Events that go out; pings are too many, their result is in the status. */
const PUBLISHED = new Set<string>([
  'election:won', 'replica:suspected', 'replica:recovered', 'replica:left', 'leadership:lost', 'failover:completed', 'clock:jumped',
]);
const REMEMBERED = 256;
const STATUS_INTERVAL_MS = 500;
const COMMENT_INTERVAL_MS = 15_000;
/** Most that may wait for one reader, in bytes. */
const BACKLOG_MAX_BYTES = 262_144;
const READERS_MAX = 200;

interface Reader {
  response: Response;
  full: boolean;
}

const frame = (name: string, data: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

export class EventHub {
  private readonly readers = new Set<Reader>();
  private remembered: { id: number; text: string }[] = [];
  private lastId = 0;
  private sentStatus = '';
  private timers: NodeJS.Timeout[] = [];

  /** @param run names this life of the monitor: ids of an earlier one mean nothing now. */
  constructor(
    private readonly status: () => Promise<Status>,
    private readonly run: string,
  ) {}

  get readerCount(): number {
    return this.readers.size;
  }

  start(): void {
    this.timers = [
      setInterval(() => void this.sendStatus(), STATUS_INTERVAL_MS),
      setInterval(() => this.broadcast(() => ': still here\n\n'), COMMENT_INTERVAL_MS),
    ];
  }

  /** @returns false when there are too many readers already. */
  async add(response: Response, full: boolean, lastEventId: string | undefined): Promise<boolean> {
    if (this.readers.size >= READERS_MAX) return false;
    response.status(200).set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no', Connection: 'close' });
    const snapshot = await this.status();
    if (response.destroyed) return true;
    const reader = { response, full };
    response.once('close', () => this.readers.delete(reader));
    response.write(`retry: 1000\n\n${frame('status', full ? snapshot : withoutAddresses(snapshot))}${this.missed(lastEventId)}`);
    this.readers.add(reader);
    return true;
  }

  private missed(lastEventId: string | undefined): string {
    const [run, id] = lastEventId?.split('.') ?? [];
    if (run !== this.run || id === undefined) return '';
    return this.remembered
      .filter((each) => each.id > Number(id))
      .map(({ text }) => text)
      .join('');
  }

  publish({ name, data }: MonitorEvent): void {
    if (!PUBLISHED.has(name)) return;
    this.lastId += 1;
    const text = frame(name, data, `${this.run}.${this.lastId}`);
    this.remembered = [...this.remembered.slice(1 - REMEMBERED), { id: this.lastId, text }];
    this.broadcast(() => text);
  }

  private async sendStatus(): Promise<void> {
    if (this.readers.size === 0) return;
    const status = await this.status();
    const content = JSON.stringify({ ...status, at: null });
    if (content === this.sentStatus) return;
    this.sentStatus = content;
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
    for (const timer of this.timers) clearInterval(timer);
    for (const { response } of this.readers) response.end();
  }
}
