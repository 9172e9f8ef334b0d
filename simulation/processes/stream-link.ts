/**
 * One stream from a replica to a monitor like monitor/cluster/replica-stream.ts: reopened 100 ms
 * after a loss, with doubling pauses, and at once after an answered ping. A cut line shows nothing
 * until its silence has lasted too long.
 */
import type { ReplicaReport } from '../../shared/contracts/leadership.js';
import type { InputBody } from '../../monitor/core/inputs.js';
import type { Process } from '../model/process.js';
import type { BeatListener, SimulatedReplica, SimulatedSystem } from '../system.js';

/** The receiver of the events of a stream. */
export interface StreamOwner extends Process {
  dispatch(event: InputBody): void;
}

const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 400;
const CONNECT_MS = 150;
/** After silence of this length, in ms, the connection is closed and reopened. */
const SILENCE_MS = 1_000;

/** One connection of a stream; lines of an earlier connection are ignored. */
export class Connection implements BeatListener {
  arrivalMs = 0;
  private closed = false;
  private readonly life: number;

  constructor(
    private readonly link: StreamLink,
    readonly monitor: StreamOwner,
  ) {
    this.life = monitor.life;
  }

  get isOver(): boolean {
    return this.closed || this.monitor.life !== this.life;
  }

  close(): void {
    this.closed = true;
  }

  line(report: ReplicaReport): void {
    if (!this.isOver) this.link.line(this, report);
  }

  onLost(): void {
    if (!this.isOver) this.link.onLost();
  }
}

export class StreamLink {
  private state: 'closed' | 'connecting' | 'open' = 'closed';
  private waitMs = RECONNECT_MIN_MS;
  private heardMs = 0;
  private connection: Connection | null = null;

  constructor(
    private readonly system: SimulatedSystem,
    private readonly monitor: StreamOwner,
    private readonly replica: SimulatedReplica,
  ) {}

  connect(): void {
    if (this.state !== 'closed') return;
    this.state = 'connecting';
    const connection = new Connection(this, this.monitor);
    this.connection = connection;
    this.system.network.call<true>(
      this.monitor,
      this.replica,
      CONNECT_MS,
      (exchange) => {
        if (connection.isOver) return;
        exchange.reply(true);
        this.replica.listen(connection);
      },
      (answer) => {
        if (answer) this.onOpened(connection);
        else if (this.state === 'connecting') this.close();
      },
    );
  }

  line(connection: Connection, report: ReplicaReport): void {
    this.onOpened(connection);
    this.heardMs = this.system.world.nowMs;
    this.monitor.dispatch({ type: 'beat', replica: this.replica.name, report });
  }

  onLost(): void {
    const wasOpen = this.state === 'open';
    this.close();
    if (wasOpen) this.monitor.dispatch({ type: 'stream-closed', replica: this.replica.name });
  }

  /** The monitor calls this periodically. */
  look(): void {
    if (this.state === 'open' && this.system.world.nowMs - this.heardMs > SILENCE_MS) this.onLost();
  }

  private onOpened(connection: Connection): void {
    if (this.state === 'open' || connection !== this.connection) return;
    this.state = 'open';
    this.waitMs = RECONNECT_MIN_MS;
    this.heardMs = this.system.world.nowMs;
    this.monitor.dispatch({ type: 'stream-opened', replica: this.replica.name });
  }

  private close(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.connection?.close();
    this.connection = null;
    this.monitor.in(this.waitMs, () => this.connect());
    this.waitMs = Math.min(this.waitMs * 2, RECONNECT_MAX_MS);
  }
}
