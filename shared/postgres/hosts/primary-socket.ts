/**
 * A socket that connects to the primary of a cluster, and that is destroyed when another server
 * becomes the primary. The driver `pg` uses it as its stream, so that the pool, Prisma and single
 * clients all follow the primary without a change.
 */
import { Socket } from 'node:net';
import type { PrimaryWatch } from './primary-watch.js';

export class PrimarySocket extends Socket {
  private readonly waiting = new AbortController();

  constructor(private readonly watch: PrimaryWatch) {
    super();
    this.once('close', () => {
      this.waiting.abort();
      watch.hurry();
    });
  }

  /** Ignores the address of the driver. The driver's own time-out destroys a socket that waits. */
  override connect(..._address: unknown[]): this {
    void this.connectToPrimary().catch((error: unknown) => {
      if (!this.destroyed) this.destroy(error as Error);
    });
    return this;
  }

  private async connectToPrimary(): Promise<void> {
    const { name, host, port } = await this.watch.getPrimary(this.waiting.signal);
    if (this.destroyed) return;
    const stop = this.watch.onDisconnect((former) => {
      if (former === name) this.destroy();
    });
    this.once('close', stop);
    super.connect(port, host);
  }
}
