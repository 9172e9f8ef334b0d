/**
 * Keeps one stream open to one replica. It delivers beats and a goodbye, and above all detects when
 * the connection breaks. Uses node:http because its close events are exact. Reconnects by itself:
 * 100 ms after the first loss, then with a delay that doubles up to one second, and at once when a
 * ping shows that the replica answers. Does not judge the replica. It only notifies its listener:
 * `opened`, `line`, `closed`, and `closed` only after `opened`.
 */
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { streamLine, type StreamLine } from '../../shared/contracts/leadership.js';

const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 1_000;
/** Maximum length of a valid line, in characters. A report has about 300. */
const LINE_MAX = 16_384;

export interface StreamListener {
  opened(): void;
  line(line: StreamLine): void;
  closed(): void;
}

export interface StreamOptions {
  replica: string;
  url: string;
  internalToken: string;
  /**
   * The stream reconnects when it received no complete line for this long, in ms. The heartbeat
   * layer suspects the replica long before.
   */
  silenceMs: number;
}

export class ReplicaStream {
  private current: ClientRequest | null = null;
  private timer: NodeJS.Timeout | null = null;
  private waitMs = RECONNECT_MIN_MS;
  private stopped = false;
  private unread = '';

  constructor(
    private readonly options: StreamOptions,
    private readonly listener: StreamListener,
  ) {}

  /** Connects now, unless it is connected or connecting. */
  connect(): void {
    if (this.stopped || this.current) return;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const { url, internalToken, silenceMs } = this.options;
    const outgoing = request(`${url}/stream`, {
      agent: false,
      headers: { Authorization: `Bearer ${internalToken}`, Accept: 'application/x-ndjson' },
    });
    this.current = outgoing;
    const silence = setTimeout(() => outgoing.destroy(), silenceMs);
    let opened = false;
    outgoing.on('response', (incoming) => {
      if (incoming.statusCode !== 200) return void outgoing.destroy();
      opened = true;
      this.read(incoming, outgoing, silence);
    });
    outgoing.on('error', () => undefined); // `close` follows and is sufficient.
    outgoing.once('close', () => {
      clearTimeout(silence);
      this.onLost(opened);
    });
    outgoing.end();
  }

  /** @param silence timer that ends the connection; every line restarts it. */
  private read(incoming: IncomingMessage, outgoing: ClientRequest, silence: NodeJS.Timeout): void {
    this.waitMs = RECONNECT_MIN_MS;
    this.unread = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => {
      if (chunk.includes('\n')) silence.refresh();
      if (!this.take(chunk)) outgoing.destroy();
    });
    incoming.on('error', () => undefined);
    this.listener.opened();
  }

  /** @returns false when the data violates the protocol. */
  private take(chunk: string): boolean {
    const lines = (this.unread + chunk).split('\n');
    this.unread = lines.pop() ?? '';
    for (const text of lines) {
      const parsed = parseLine(text, this.options.replica);
      if (!parsed) return false;
      this.listener.line(parsed);
    }
    return this.unread.length <= LINE_MAX;
  }

  private onLost(opened: boolean): void {
    this.current = null;
    if (this.stopped) return;
    this.timer = setTimeout(() => this.connect(), this.waitMs);
    this.waitMs = Math.min(this.waitMs * 2, RECONNECT_MAX_MS);
    if (opened) this.listener.closed();
  }

  stop(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    this.current?.destroy();
  }
}

/** @returns null when the line is not part of the protocol or is from another replica. */
function parseLine(text: string, replica: string): StreamLine | null {
  try {
    const line = streamLine.parse(JSON.parse(text));
    return line.report.id === replica ? line : null;
  } catch {
    return null;
  }
}
