/**
 * The stream of beats: every monitor keeps one open. A killed process closes it, a frozen one falls silent, an orderly one says bye.
 */
import type { Response } from 'express';
import type { ReplicaReport, StreamLine } from '../../shared/contracts/leadership.js';

export class BeatStreams {
  private readonly open = new Set<Response>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly report: () => ReplicaReport,
    private readonly intervalMs: number,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.beat(), this.intervalMs);
  }

  add(response: Response): void {
    response.status(200).setHeader('Content-Type', 'application/x-ndjson');
    response.setHeader('Cache-Control', 'no-store');
    response.socket?.setNoDelay(true);
    this.open.add(response);
    response.once('close', () => this.open.delete(response));
    this.write(response, { type: this.closed ? 'bye' : 'beat', report: this.report() });
    if (this.closed) response.end();
  }

  /** One beat to everybody, now. */
  beat(): void {
    this.send({ type: 'beat', report: this.report() });
  }

  /** The last word. */
  close(): void {
    this.closed = true;
    clearInterval(this.timer);
    this.send({ type: 'bye', report: this.report() });
    for (const response of this.open) response.end();
  }

  private send(line: StreamLine): void {
    for (const response of this.open) this.write(response, line);
  }

  /** A monitor that does not read gets no more until it does: beats are worth nothing when they are old. */
  private write(response: Response, line: StreamLine): void {
    if (!response.writableNeedDrain) response.write(`${JSON.stringify(line)}\n`);
  }
}
