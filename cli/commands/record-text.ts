/** Formats the database nodes and the etcd members, within 80 columns. Pure. */
import { lacksDeletedLog, SILENT, type DatabaseNode } from '../../shared/record/nodes.js';
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

/** A standby that needs a new copy is named with the command that has the details. */
const describeLost = (nodes: readonly DatabaseNode[]): string[] =>
  nodes
    .filter(lacksDeletedLog)
    .map(
      ({ name }) =>
        `${name} lacks log that the primary no longer keeps: npx relevo doctor prints the command that copies it again.`,
    );

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
    ...describeLost(nodes).flatMap((line) => wrap(line, WIDTH)),
    ...wrap(`etcd: ${etcd.map(describeMember).join(', ')}.`, WIDTH),
    '',
  ];
}

/** One part of a line that changes only with the state. */
export const formatRecordLine = ({ nodes }: RecordState): string =>
  nodes.map(({ name, role, state }) => `${name} ${state === SILENT ? 'silent' : role}`).join(', ');
