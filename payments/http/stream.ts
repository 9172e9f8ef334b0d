/**
 * Streams beats; every monitor keeps one stream open. A killed process closes it, a frozen one
 * sends nothing, an orderly shutdown sends `bye`.
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

  /** Sends a beat on all streams now. */
  beat(): void {
    this.send({ type: 'beat', report: this.report() });
  }

  /** Sends `bye` and closes all streams. */
  close(): void {
    this.closed = true;
    clearInterval(this.timer);
    this.send({ type: 'bye', report: this.report() });
    for (const response of this.open) response.end();
  }

  private send(line: StreamLine): void {
    for (const response of this.open) this.write(response, line);
  }

  /** Writes nothing while a monitor does not read: old beats are useless. */
  private write(response: Response, line: StreamLine): void {
    if (!response.writableNeedDrain) response.write(`${JSON.stringify(line)}\n`);
  }
}
