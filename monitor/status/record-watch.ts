/**
 * Polls the database nodes and the etcd members of a replicated PostgreSQL every two seconds. The
 * result is only displayed: which node accepts writes is Patroni's decision, and the services find
 * that node by themselves.
 */
import type { Member } from '../../shared/config.js';
import { readRecord, type RecordState } from '../../shared/record/read-record.js';
import { PolledView } from './polled-view.js';

export interface RecordWatchOptions {
  /** Addresses of Patroni, by node. Empty: PostgreSQL has no standbys that this monitor knows. */
  nodes: readonly Member[];
  /** Addresses of the etcd members for clients. */
  etcd: readonly Member[];
}

const toPlaces = (members: readonly Member[]): { name: string; url: string }[] =>
  members.map(({ id, url }) => ({ name: id, url }));

export class RecordWatch extends PolledView<RecordState> {
  constructor(private readonly options: RecordWatchOptions) {
    super();
  }

  protected get isConfigured(): boolean {
    return this.options.nodes.length > 0;
  }

  protected read(): Promise<RecordState> {
    const { nodes, etcd } = this.options;
    return readRecord({ nodes: toPlaces(nodes), etcd: toPlaces(etcd) });
  }
}
