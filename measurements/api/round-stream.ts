/**
 * Sends each kept round to the readers of the event stream (server-sent events). A reader receives
 * the last rounds when it connects, so that one that reconnects has missed nothing. Knows only the
 * rounds that this process keeps.
 */
import type { Response } from 'express';
import type { SeriesRound } from '../../shared/contracts/measurements.js';
import { clientNetwork } from '../../shared/http/client-network.js';

const READERS_MAX = 200;
const READERS_PER_NETWORK = 50;
/** A reader with more unsent data than this is disconnected; it reconnects. */
const BACKLOG_MAX_BYTES = 65_536;
/** Number of rounds that a new reader receives. */
const FIRST_ROUNDS = 120;
/** A comment at this interval keeps the connection open at proxies. */
const COMMENT_MS = 15_000;

const frame = (name: string, data: unknown): string =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

interface Reader {
  response: Response;
  network: string;
  /** Texts for a reader whose first rounds are not read yet; null: it receives texts at once. */
  waiting: string[] | null;
}

export class RoundStream {
  private readonly readers = new Set<Reader>();
  private readonly timer = setInterval(() => this.broadcast(': \n\n'), COMMENT_MS).unref();

  /** @param readLast reads the last rounds, newest last. */
  constructor(private readonly readLast: (count: number) => Promise<SeriesRound[]>) {}

  /**
   * Writes the answer. @returns false when there are too many readers already. @throws Problem
   * UNAVAILABLE.
   */
  async add(response: Response): Promise<boolean> {
    const network = clientNetwork(response.req);
    const others = [...this.readers].filter((other) => other.network === network);
    if (this.readers.size >= READERS_MAX || others.length >= READERS_PER_NETWORK) return false;
    const reader: Reader = { response, network, waiting: [] };
    this.readers.add(reader);
    response.once('close', () => this.readers.delete(reader));
    await this.welcome(reader).catch((error: unknown) => {
      this.readers.delete(reader);
      throw error;
    });
    return true;
  }

  private async welcome(reader: Reader): Promise<void> {
    const { response } = reader;
    const rounds = await this.readLast(FIRST_ROUNDS);
    if (response.destroyed || response.writableEnded) return;
    response.status(200).set({
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
      'Connection': 'close',
    });
    response.write(`retry: 1000\n\n${frame('rounds', rounds)}${reader.waiting?.join('') ?? ''}`);
    reader.waiting = null;
  }

  publish(round: SeriesRound): void {
    this.broadcast(frame('round', round));
  }

  private broadcast(text: string): void {
    for (const { response, waiting } of this.readers) {
      if (waiting) waiting.push(text);
      else if (response.writableLength > BACKLOG_MAX_BYTES) response.destroy();
      else response.write(text);
    }
  }

  /** Ends every stream. */
  close(): void {
    clearInterval(this.timer);
    for (const { response } of this.readers) response.end();
  }
}
