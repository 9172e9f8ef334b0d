/**
 * Polls the database nodes and the etcd members of a replicated PostgreSQL every two seconds. The
 * result is only displayed: which node accepts writes is Patroni's decision, and the services find
 * that node by themselves.
 */
import type { Member } from '../../shared/config.js';
import { readRecord, type RecordState } from '../../shared/record/read-record.js';

/** Interval between two polls, ms. */
const RECORD_LOOK_MS = 2_000;

export interface RecordWatchOptions {
  /** Addresses of Patroni, by node. Empty: PostgreSQL has no standbys that this monitor knows. */
  nodes: readonly Member[];
  /** Addresses of the etcd members for clients. */
  etcd: readonly Member[];
}

const toPlaces = (members: readonly Member[]): { name: string; url: string }[] =>
  members.map(({ id, url }) => ({ name: id, url }));

export class RecordWatch {
  private timer: NodeJS.Timeout | null = null;
  private isLooking = false;
  private known: RecordState | null = null;

  constructor(private readonly options: RecordWatchOptions) {}

  /** The last view; null: none is configured, or none was read yet. */
  get state(): RecordState | null {
    return this.known;
  }

  start(): void {
    if (this.options.nodes.length === 0) return;
    void this.look();
    this.timer = setInterval(() => void this.look(), RECORD_LOOK_MS);
  }

  close(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** Never rejects. A poll that lasts longer than the interval replaces the next one. */
  async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    const { nodes, etcd } = this.options;
    this.known = await readRecord({ nodes: toPlaces(nodes), etcd: toPlaces(etcd) });
    this.isLooking = false;
  }
}
