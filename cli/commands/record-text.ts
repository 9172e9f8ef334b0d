/** Formats the database nodes and the etcd members, within 80 columns. Pure. */
import { SILENT, type DatabaseNode } from '../../shared/record/nodes.js';
import type { EtcdMember, RecordState } from '../../shared/record/read-record.js';
import { formatTable, WIDTH, wrap } from '../output/table.js';

const ROLES: Readonly<Record<DatabaseNode['role'], string>> = {
  'primary': 'primary',
  'sync-standby': 'synchronous standby',
  'standby': 'standby',
  'none': '-',
  'unknown': 'unknown',
};

/** `silent` when its Patroni does not answer, `not streaming` for a standby without its primary. */
const describeState = ({ state, streaming }: DatabaseNode): string => {
  if (state === SILENT) return 'no answer';
  return state === 'running' && streaming === false ? 'not streaming' : state;
};

const orDash = (value: string | number | null): string => (value === null ? '-' : String(value));

const formatLag = (bytes: number | null): string => (bytes === null ? '-' : `${bytes} bytes`);

function describeMember({ name, healthy, leads }: EtcdMember): string {
  if (!healthy) return `${name} unhealthy`;
  return leads === true ? `${name} leads` : `${name} healthy`;
}

/** The table of the nodes, and one line about etcd. */
export function formatRecord(
  { nodes, etcd }: RecordState,
  paintState: (word: string, isGood: boolean) => string,
): string[] {
  const rows = nodes.map((node) => {
    const state = describeState(node);
    return [
      node.name,
      ROLES[node.role],
      paintState(state, state === 'running'),
      formatLag(node.lagBytes),
      orDash(node.timeline),
    ];
  });
  return [
    ...formatTable(['database', 'role', 'state', 'lag', 'timeline'], rows, '  '),
    ...wrap(`etcd: ${etcd.map(describeMember).join(', ')}.`, WIDTH),
    '',
  ];
}

/** One part of a line that changes only with the state. */
export const formatRecordLine = ({ nodes }: RecordState): string =>
  nodes.map(({ name, role, state }) => `${name} ${state === SILENT ? 'silent' : role}`).join(', ');
