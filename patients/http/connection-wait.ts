/**
 * Measures how long a new connection waits until this process accepts it. The kernel does not tell
 * that, so the instance connects to itself, only while its event loop is busy without a pause.
 * libuv accepts one connection per turn of the event loop, and the connections of clients are in
 * the same queue, in order.
 * @see https://github.com/libuv/libuv/pull/3696
 */
import { connect, isIPv6, type AddressInfo, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** Shortest time between two measurements, in ms. */
const PAUSE_MS = 20;

/** An address of this machine at which the server listens. */
function getOwnHost({ address }: AddressInfo): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}

export class ConnectionWait {
  private server: Server | null = null;
  private open: Socket | null = null;
  private beganMs = 0;
  private lastMs = 0;

  /** Call it when the server listens. */
  watch(server: Server): void {
    this.server = server;
    server.on('connection', (socket: Socket) => this.onAccepted(socket));
    server.once('close', () => this.open?.destroy());
  }

  /** The wait of the latest connection, or of the one that waits now if that is longer, in ms. */
  getMs(nowMs: number): number {
    return this.open ? Math.max(this.lastMs, nowMs - this.beganMs) : this.lastMs;
  }

  /** The event loop was idle: no connection was waiting. */
  reset(nowMs: number): void {
    this.lastMs = 0;
    this.beganMs = nowMs;
  }

  /** Begins a measurement, unless one is in progress or just was. */
  measure(nowMs: number): void {
    const address = this.server?.address();
    if (this.open || nowMs - this.beganMs < PAUSE_MS || !address || typeof address === 'string')
      return;
    const host = getOwnHost(address);
    const family = isIPv6(host) ? 6 : 4;
    this.beganMs = nowMs;
    this.open = connect({ host, port: address.port, family })
      .unref()
      .once('error', () => this.end(0));
  }

  private onAccepted(socket: Socket): void {
    if (!this.open || socket.remotePort !== this.open.localPort) return;
    socket.destroy();
    this.end(performance.now() - this.beganMs);
  }

  private end(waitMs: number): void {
    this.open?.destroy();
    this.open = null;
    this.lastMs = waitMs;
  }
}
