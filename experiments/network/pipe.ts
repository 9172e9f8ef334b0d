/**
 * One direction of one connection: reads pieces from a socket and writes them to another, in order,
 * under the conditions of the lane: at once, later, or not while the lane is cut. Behind a cut the
 * pipe stops reading, so the sender's kernel buffers the data, as it does with unacknowledged
 * packets. After the heal the data arrives late. Without faults a piece is written in the same
 * turn, without allocation.
 */
import type { Socket } from 'node:net';
import type { TrafficLane, Traveller } from './lane.js';

/** Bytes, the end of the stream, or a broken connection. */
type Piece = Buffer | 'end' | 'reset';

/**
 * Largest number of pieces, of up to 64 kB, in transit on a slow lane before the sender must wait.
 */
const MOST_UNDER_WAY = 64;

export class Pipe implements Traveller {
  private readonly underWay: { piece: Piece; dueMs: number }[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** The receiver's buffer is full. */
  private full = false;

  constructor(
    private readonly lane: TrafficLane,
    private readonly from: Socket,
    private readonly to: Socket,
  ) {
    lane.join(this);
    from.on('data', (data: Buffer) => this.take(data));
    from.on('end', () => this.take('end'));
    from.on('error', () => this.take('reset'));
    to.on('drain', () => {
      this.full = false;
      this.regulate();
    });
    this.regulate();
  }

  laneChanged(): void {
    this.regulate();
    this.deliverDue();
  }

  /** Stops delivery. */
  close(): void {
    clearTimeout(this.timer);
    this.lane.leave(this);
  }

  private take(piece: Piece): void {
    const delayMs = this.lane.delayMs();
    if (delayMs === 0 && this.underWay.length === 0 && !this.lane.isCut) return this.deliver(piece);
    const last = this.underWay.at(-1)?.dueMs ?? 0;
    this.underWay.push({ piece, dueMs: Math.max(last, performance.now() + delayMs) });
    if (this.underWay.length >= MOST_UNDER_WAY) this.regulate();
    if (this.underWay.length === 1) this.deliverDue();
  }

  /** Delivers the pieces that are due, and sets a timer for the next. */
  private deliverDue(): void {
    clearTimeout(this.timer);
    if (this.lane.isCut) return;
    for (let next = this.underWay[0]; next; next = this.underWay[0]) {
      const leftMs = next.dueMs - performance.now();
      if (leftMs > 0) {
        this.timer = setTimeout(() => this.deliverDue(), Math.ceil(leftMs));
        break;
      }
      this.underWay.shift();
      this.deliver(next.piece);
    }
    this.regulate();
  }

  private deliver(piece: Piece): void {
    if (piece === 'reset') this.to.resetAndDestroy();
    else if (!this.to.writable) return;
    else if (piece === 'end') this.to.end();
    else if (!this.to.write(piece)) {
      this.full = true;
      this.regulate();
    }
  }

  private regulate(): void {
    if (this.full || this.lane.isCut || this.underWay.length >= MOST_UNDER_WAY) this.from.pause();
    else this.from.resume();
  }
}
