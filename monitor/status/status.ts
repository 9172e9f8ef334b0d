/**
 * Builds the status document from the state of the loop. Without a token it contains no address,
 * process id or boot id.
 */
import type { Clock } from '../../shared/clock.js';
import type { Member } from '../../shared/config.js';
import type { AcceptanceState } from '../../shared/postgres/acceptance.js';
import type { RecordState } from '../../shared/record/read-record.js';
import type { RoundState } from '../../shared/zookeeper/read-rounds.js';
import type { AcceptanceDocument } from '../../shared/contracts/acceptance.js';
import type { AdminState } from '../../shared/contracts/leadership.js';
import type {
  DiskStatus,
  GroupStatus,
  InstanceStatus,
  MonitorStatus,
  PartitionStatus,
  ReplicaStatus,
  Status,
} from '../../shared/contracts/status.js';
import { getCandidates } from '../core/election.js';
import type { Instance } from '../core/instances.js';
import { getObserved, getOpinions, type Opinions } from '../core/observed.js';
import type { State } from '../core/types.js';
import type { Failure } from './failure-memory.js';
import type { BalancerView } from '../balancer/balancer-sync.js';
import type { AdminRow } from '../cluster/admin-table.js';
import type { OpinionAnswer, PeerObserved } from '../cluster/peer-client.js';
import type { ScheduleStatus } from '../../shared/contracts/scheduled-handover.js';
import { toGatewayStatus } from './gateway-status.js';
import type { QueueCounts } from './queue-counts.js';
import { findOldestWaiting } from './waiting-status.js';

export interface StatusSources {
  id: string;
  replicas: readonly Member[];
  monitors: readonly Member[];
  patients: readonly Member[];
  clock: Clock;
  state: () => State;
  decision: () => string;
  adminRows: () => readonly AdminRow[];
  opinions: () => Opinions;
  peerObserved: (id: string) => PeerObserved;
  /** Null: that monitor did not answer. */
  peerWord: (id: string) => OpinionAnswer | null;
  instance: (id: string) => Instance;
  /** With the states that operators set. Null: there is no balancer. */
  balancer: () => (BalancerView & { rows: readonly AdminRow[] }) | null;
  /** Null: PostgreSQL has no standbys that this monitor knows. */
  record: () => RecordState | null;
  /** Null: Redis is one server, or its group is not known yet. */
  redisGroup: () => GroupStatus | null;
  /** Null: this monitor knows no measurements, or they are not read yet. */
  rounds: () => RoundState | null;
  /** Null: the switch of the acceptance was not read yet. */
  acceptance: () => AcceptanceState | null;
  /** Null: none is open and none ended within 24 hours, or not read yet. */
  scheduledHandover: () => ScheduleStatus | null;
  lastFailure: (replica: string) => Failure | null;
  redisUp: () => boolean | null;
  /** Null: no disk is watched, or it is not read yet. */
  disk: () => DiskStatus | null;
  /** Whether fault switches exist. */
  faults: boolean;
  counts: () => Promise<QueueCounts>;
}

/** Converts a time of the monotonic clock to wall time. */
const wallTime = (clock: Clock, at: number | null): string | null =>
  at === null ? null : new Date(clock.wall().getTime() - (clock.now() - at)).toISOString();

const roundMs = (ms: number | null): number | null =>
  ms === null ? null : Math.round(ms * 100) / 100;

function toPartitionStatus(state: State, decision: string): PartitionStatus {
  const { leadership, settings, phase } = state;
  return {
    partition: settings.partition,
    term: leadership?.term ?? 0,
    leader: leadership?.leader ?? null,
    since: leadership?.electedAt ?? null,
    reason: leadership?.reason ?? 'not known yet',
    phase: phase.name,
    decision,
    candidates: getCandidates(state).map(({ id }) => id),
  };
}

interface Administered {
  admin: AdminState;
  adminReason: string;
  adminSince: string | null;
  adminUntil: string | null;
}

const describeAdmin = (rows: readonly AdminRow[], id: string): Administered => {
  const row = rows.find((each) => each.id === id);
  return {
    admin: row?.admin ?? 'ready',
    adminReason: row?.reason ?? '',
    adminSince: row?.changedAt.toISOString() ?? null,
    adminUntil: row?.returnAt?.toISOString() ?? null,
  };
};

/** Each monitor's opinion of a replica. */
function listOpinions(
  replica: string,
  { id, monitors, peerWord }: StatusSources,
  state: State,
): ReplicaStatus['opinions'] {
  const own = getOpinions(state);
  return Object.fromEntries(
    monitors.map((each) => {
      const held = each.id === id ? own : peerWord(each.id)?.opinions;
      return [each.id, held?.[replica] ?? 'unknown'];
    }),
  );
}

function getLastFailure(id: string, { lastFailure }: StatusSources): ReplicaStatus['lastFailure'] {
  const failure = lastFailure(id);
  return failure && { at: failure.at.toISOString(), words: failure.words };
}

function toReplicaStatus({ id, url }: Member, sources: StatusSources, state: State): ReplicaStatus {
  const detector = state.replicas[id];
  const report = detector?.report ?? null;
  const alive = detector?.opinion === 'alive';
  return {
    id,
    url,
    pid: report?.pid ?? null,
    bootId: report?.bootId ?? null,
    ...describeAdmin(sources.adminRows(), id),
    observed: getObserved(state, id, sources.opinions()),
    observedSince: wallTime(
      sources.clock,
      detector && detector.opinion !== 'unknown' ? detector.since : null,
    ),
    opinions: listOpinions(id, sources, state),
    lastFailure: getLastFailure(id, sources),
    layer: detector?.layer ?? null,
    role: alive && report ? report.role : null,
    term: report?.term ?? null,
    pingMs: roundMs(detector?.pingMs ?? null),
    lastSeenAt: wallTime(sources.clock, detector?.seenAt ?? null),
    parcelsInFlight: alive && report ? report.parcelsInFlight : null,
    committed: report?.committed ?? null,
    reaches: report?.reaches ?? null,
  };
}

function toMonitorStatus(
  { id, url }: Member,
  sources: StatusSources,
  { leadership }: State,
): MonitorStatus {
  const isSelf = id === sources.id;
  const word = isSelf ? leadership : sources.peerWord(id);
  return {
    id,
    url,
    observed: isSelf ? 'alive' : sources.peerObserved(id),
    leader: word?.leader ?? null,
    term: word?.term ?? null,
  };
}

function toInstanceStatus(
  { id, url }: Member,
  { instance }: StatusSources,
  balancer: ReturnType<StatusSources['balancer']>,
): InstanceStatus {
  const { observed, since } = instance(id);
  const member = balancer?.states.find(({ name }) => name === id);
  const administered = describeAdmin(balancer?.rows ?? [], id);
  return {
    id,
    url,
    ...administered,
    admin: administered.adminSince === null ? (member?.admin ?? 'ready') : administered.admin,
    observed,
    since: since === null ? null : new Date(since).toISOString(),
    balancer: balancer?.answers ? (member?.observed ?? 'unknown') : 'unknown',
  };
}

/** The patients instances and the load balancer, from the data that this monitor has already. */
export function describeInstances(sources: StatusSources): Pick<Status, 'patients' | 'balancer'> {
  const balancer = sources.balancer();
  return {
    patients: sources.patients.map((member) => toInstanceStatus(member, sources, balancer)),
    balancer: balancer && { name: balancer.name, answers: balancer.answers },
  };
}

export const toAcceptanceDocument = (state: AcceptanceState): AcceptanceDocument => ({
  accepting: state.accepting,
  reason: state.reason,
  since: state.changedAt?.toISOString() ?? null,
});

function describeAcceptance({ acceptance }: StatusSources): Status['acceptance'] {
  const state = acceptance();
  return state && toAcceptanceDocument(state);
}
const toQueueStatus = ({
  waiting,
  active,
  pending,
  failed,
  oldestPendingSec,
}: QueueCounts): Status['queue'] => ({ waiting, active, pending, failed, oldestPendingSec });

/** The status from the data that this monitor has already, without a call. */
export function getKnownStatus(sources: StatusSources, counts: QueueCounts): Status {
  const state = sources.state();
  const replicas = sources.replicas.map((replica) => toReplicaStatus(replica, sources, state));
  return {
    id: sources.id,
    at: sources.clock.wall().toISOString(),
    partitions: [toPartitionStatus(state, sources.decision())],
    replicas,
    monitors: sources.monitors.map((monitor) => toMonitorStatus(monitor, sources, state)),
    ...describeInstances(sources),
    acceptance: describeAcceptance(sources),
    scheduledHandover: sources.scheduledHandover(),
    queue: toQueueStatus(counts),
    waiting: findOldestWaiting(state, sources.clock.now(), counts),
    gateway: toGatewayStatus(state, replicas),
    record: sources.record(),
    redisGroup: sources.redisGroup(),
    ensemble: sources.rounds()?.members ?? null,
    devices: sources.rounds()?.devices ?? null,
    engines: { postgres: state.databaseUp, redis: sources.redisUp() },
    disk: sources.disk(),
    faults: sources.faults,
  };
}

/** The full status, for operators and other services. */
export const readStatus = async (sources: StatusSources): Promise<Status> => {
  const queue = await sources.counts();
  return getKnownStatus(sources, queue);
};

/** The public status: without addresses, process ids and boot ids. */
export function withoutAddresses(status: Status): Status {
  return {
    ...status,
    replicas: status.replicas.map(({ url: _url, pid: _pid, bootId: _bootId, ...rest }) => rest),
    monitors: status.monitors.map(({ url: _url, ...rest }) => rest),
    patients: status.patients.map(({ url: _url, ...rest }) => rest),
    redisGroup: status.redisGroup && {
      ...status.redisGroup,
      servers: status.redisGroup.servers.map(({ url: _url, ...rest }) => rest),
      sentinels: status.redisGroup.sentinels.map(({ url: _url, ...rest }) => rest),
    },
  };
}
