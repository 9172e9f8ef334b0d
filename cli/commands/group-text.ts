/** Formats the servers and the Sentinels of a Redis group, within 80 columns. Pure. */
import type { GroupServer, GroupState } from '../../shared/queue/group-state.js';
import { isSamePlace } from '../../shared/queue/group-state.js';
import type { HostAndPort } from '../../shared/queue/redis-address.js';
import { formatTable, WIDTH, wrap } from '../output/table.js';

/** The name of a process of ours by its port; undefined: it is no process of ours. */
export type NameOf = (port: number) => string | undefined;

const nameOf = ({ host, port }: HostAndPort, toName: NameOf): string =>
  toName(port) ?? `${host}:${port}`;

const formatBytes = (bytes: number | null): string => (bytes === null ? '-' : `${bytes} bytes`);

const describeState = ({ role, link }: GroupServer): string => {
  if (role === null) return 'no answer';
  return role === 'replica' && link !== 'up' ? 'not following' : 'running';
};

/** A server that says primary, while the Sentinels name another one, returned from a failure. */
const describeRole = (server: GroupServer, { primary }: GroupState): string =>
  server.role === 'primary' && !(primary && isSamePlace(server, primary))
    ? 'former primary'
    : (server.role ?? 'unknown');

function describeSentinels({ sentinels, quorum }: GroupState, toName: NameOf): string {
  const words = sentinels.map((sentinel) => {
    const name = nameOf(sentinel, toName);
    if (sentinel.primary === null) return `${name} does not answer`;
    const choice = `${name} names ${nameOf(sentinel.primary, toName)}`;
    return sentinel.hasQuorum === false ? `${choice} without a quorum` : choice;
  });
  return `Sentinels${quorum === null ? '' : ` (quorum ${quorum})`}: ${words.join(', ')}.`;
}

/** The table of the servers, and a line about the Sentinels. */
export function formatGroup(
  state: GroupState,
  toName: NameOf,
  paintState: (word: string, isGood: boolean) => string,
): string[] {
  const rows = state.servers.map((server) => {
    const word = describeState(server);
    return [
      nameOf(server, toName),
      describeRole(server, state),
      paintState(word, word === 'running'),
      formatBytes(server.lagBytes),
      formatBytes(server.offset),
    ];
  });
  return [
    ...(rows.length > 0
      ? formatTable(['queue', 'role', 'state', 'lag', 'position'], rows, '  ')
      : []),
    ...wrap(describeSentinels(state, toName), WIDTH),
    '',
  ];
}

/** One part of a line that changes only with the state. */
export const formatGroupLine = (state: GroupState, toName: NameOf): string =>
  state.servers
    .map((server) => `${nameOf(server, toName)} ${describeRole(server, state)}`)
    .join(', ') || 'no Sentinel answers';
