/**
 * Read-only observers for the console: live stream, samples, last failures, patients instances.
 * None of them acts.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../shared/clock.js';
import type { Member } from '../../shared/config.js';
import type { MonitorEvent } from '../core/events.js';
import type { State } from '../core/types.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { AcceptanceWatch } from './acceptance-watch.js';
import { DiskWatch, type DiskWatchOptions } from './disk-watch.js';
import { EventHub } from './event-hub.js';
import { FailureMemory } from './failure-memory.js';
import type { ElectionRow, History } from '../cluster/history.js';
import { InstanceWatch } from './instance-watch.js';
import { GroupWatch, type GroupWatchOptions } from './group-watch.js';
import { RoundWatch, type RoundWatchOptions } from './round-watch.js';
import { RecordWatch, type RecordWatchOptions } from './record-watch.js';
import { Sampler } from './sampler.js';
import { getKnownStatus, readStatus, type StatusSources } from './status.js';

/** Number of recent elections that are searched for the last failure of each replica. */
const REMEMBERED_ELECTIONS = 100;

export interface ObserverOptions {
  clock: Clock;
  history: History;
  counts: StatusSources['counts'];
  state: () => State;
  patients: readonly Member[];
  record: RecordWatchOptions;
  group: GroupWatchOptions;
  rounds: RoundWatchOptions;
  /** For the switch of the acceptance. */
  db: Queryable;
  disk: DiskWatchOptions;
  /** For polls of patients instances, as for pings of replicas. */
  pingTimeoutMs: number;
  fall: number;
  /** Whether a page polls the alerts. */
  isRead: () => boolean;
  /** A function, because the status needs the loop, which is created after its observers. */
  sources: () => StatusSources;
}

export class Observers {
  readonly failures = new FailureMemory();
  readonly sampler: Sampler;
  readonly hub: EventHub;
  readonly instances: InstanceWatch;
  readonly record: RecordWatch;
  readonly group: GroupWatch;
  readonly rounds: RoundWatch;
  readonly acceptance: AcceptanceWatch;
  readonly disk: DiskWatch;
  /** Recent elections, newest first; empty until PostgreSQL has answered. */
  elections: readonly ElectionRow[] = [];

  constructor(private readonly options: ObserverOptions) {
    const { clock, counts, history, state, sources, patients, pingTimeoutMs, fall } = options;
    this.instances = new InstanceWatch({
      instances: patients,
      clock,
      timeoutMs: pingTimeoutMs,
      fall,
    });
    this.record = new RecordWatch(options.record);
    this.group = new GroupWatch(options.group);
    this.rounds = new RoundWatch(options.rounds);
    this.acceptance = new AcceptanceWatch(options.db);
    this.disk = new DiskWatch(options.disk);
    const status = {
      status: () => readStatus(sources()),
      known: () => getKnownStatus(sources(), this.sampler.queue),
    };
    this.hub = new EventHub(status, randomUUID().slice(0, 8));
    this.sampler = new Sampler({
      clock,
      counts,
      state,
      latency: () => history.latency(),
      isWatched: () => this.hub.readerCount > 0 || options.isRead(),
      onSample: (sample) => this.hub.sample(sample),
    });
  }

  hear(event: MonitorEvent): void {
    const { name, data } = event;
    this.hub.publish(event);
    this.failures.hear(event, this.options.clock.wall());
    if (name === 'replica:answered') this.sampler.recordPing(data.replica, data.pingMs);
    if (name === 'replica:unanswered') this.sampler.recordPing(data.replica, null);
    if (name === 'leadership:learnt' || name === 'election:won') void this.recall();
  }

  start(): void {
    this.hub.start();
    this.sampler.start();
    this.instances.start();
    this.record.start();
    this.group.start();
    this.rounds.start();
    this.acceptance.start();
    this.disk.start();
  }

  close(): void {
    this.sampler.stop();
    this.instances.close();
    this.record.close();
    this.group.close();
    this.rounds.close();
    this.acceptance.close();
    this.disk.close();
    this.hub.close();
  }

  /** Reloads the last failures. Keeps the known ones when the database does not answer. */
  private async recall(): Promise<void> {
    const rows = await this.options.history
      .elections({ limit: REMEMBERED_ELECTIONS, before: null })
      .catch(() => null);
    if (!rows) return;
    this.elections = rows;
    this.failures.learn(rows);
  }
}
