/** The status document, made from what the loop knows. Without a token it says nothing that helps to reach or to signal a process. */
import type { Clock } from '../shared/clock.js';
import type { Member } from '../shared/config.js';
import type { AdminState } from '../shared/contracts/leadership.js';
import { observedOf, type Opinions } from './core/observed.js';
import type { State } from './core/types.js';
import type { MonitorStatus, PartitionStatus, ReplicaStatus, Status } from './http/schemas.js';
import type { AdminRow } from './leadership-store.js';
import type { PeerObserved } from './peer-client.js';
import type { QueueCounts } from './queue-counts.js';

export interface StatusSources {
  id: string;
  replicas: readonly Member[];
  monitors: readonly Member[];
  clock: Clock;
  state: () => State;
  decision: () => string;
  adminRows: () => readonly AdminRow[];
  opinions: () => Opinions;
  peerObserved: (id: string) => PeerObserved;
  counts: () => Promise<QueueCounts>;
}

/** A moment of the monotonic clock as wall time. */
const wallTime = (clock: Clock, at: number | null): string | null =>
  at === null ? null : new Date(clock.wall().getTime() - (clock.now() - at)).toISOString();

const rounded = (ms: number | null): number | null => (ms === null ? null : Math.round(ms * 100) / 100);

function partitionOf({ leadership, settings, phase }: State, decision: string): PartitionStatus {
  return {
    partition: settings.partition,
    term: leadership?.term ?? 0,
    leader: leadership?.leader ?? null,
    since: leadership?.electedAt ?? null,
    reason: leadership?.reason ?? 'not known yet',
    phase: phase.name,
    decision,
  };
}

interface Administered {
  admin: AdminState;
  adminReason: string;
}

const administered = (rows: readonly AdminRow[], id: string): Administered => {
  const row = rows.find((each) => each.id === id);
  return { admin: row?.admin ?? 'ready', adminReason: row?.reason ?? '' };
};

function replicaOf({ id, url }: Member, sources: StatusSources, state: State): ReplicaStatus {
  const detector = state.replicas[id];
  const report = detector?.report ?? null;
  const alive = detector?.opinion === 'alive';
  return {
    id,
    url,
    pid: report?.pid ?? null,
    bootId: report?.bootId ?? null,
    ...administered(sources.adminRows(), id),
    observed: observedOf(state, id, sources.opinions()),
    layer: detector?.layer ?? null,
    role: alive && report ? report.role : null,
    term: report?.term ?? null,
    pingMs: rounded(detector?.pingMs ?? null),
    lastSeenAt: wallTime(sources.clock, detector?.seenAt ?? null),
    parcelsInFlight: alive && report ? report.parcelsInFlight : null,
    committed: report?.committed ?? null,
    reaches: report?.reaches ?? null,
  };
}

/** In full: for the operator and for other services. */
export async function statusOf(sources: StatusSources): Promise<Status> {
  const state = sources.state();
  const monitorOf = ({ id, url }: Member): MonitorStatus => ({
    id,
    url,
    observed: id === sources.id ? 'alive' : sources.peerObserved(id),
  });
  return {
    id: sources.id,
    at: sources.clock.wall().toISOString(),
    partitions: [partitionOf(state, sources.decision())],
    replicas: sources.replicas.map((replica) => replicaOf(replica, sources, state)),
    monitors: sources.monitors.map(monitorOf),
    queue: await sources.counts(),
  };
}

/** Without addresses, process ids and boot ids: for everybody. */
export function withoutAddresses(status: Status): Status {
  return {
    ...status,
    replicas: status.replicas.map(({ url: _url, pid: _pid, bootId: _bootId, ...rest }) => rest),
    monitors: status.monitors.map(({ url: _url, ...rest }) => rest),
  };
}
