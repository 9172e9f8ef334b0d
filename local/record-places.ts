/**
 * Where the parts of a replicated PostgreSQL and of the measurement rounds answer, from the
 * processes of relevo.json. Pure.
 */
import type { RecordPlace } from '../shared/record/read-record.js';
import type { RoundPlaces } from '../shared/zookeeper/read-rounds.js';
import type { RunningSystem } from './installation.js';

const ofKind = ({ processes }: RunningSystem, kind: string): RecordPlace[] =>
  processes.filter((process) => process.kind === kind).map(({ name, url }) => ({ name, url }));

/** Null when PostgreSQL is a single server or external. */
export function findRecordPlaces(
  system: RunningSystem,
): { nodes: RecordPlace[]; etcd: RecordPlace[] } | null {
  const nodes = ofKind(system, 'patroni').map(({ name, url }) => ({
    // The node has the name of its PostgreSQL.
    name: name.replace('patroni', 'postgres'),
    url,
  }));
  return nodes.length === 0 ? null : { nodes, etcd: ofKind(system, 'etcd') };
}

/** Null when the system runs without measurements. */
export function findRoundPlaces(system: RunningSystem): RoundPlaces | null {
  const members = ofKind(system, 'zookeeper');
  const [api = null] = ofKind(system, 'measurements');
  return members.length === 0
    ? null
    : { members, devices: ofKind(system, 'device'), apiUrl: api && api.url };
}
