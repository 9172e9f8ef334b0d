/**
 * Judges a Redis group under Sentinel: one primary, replicas that follow it, and enough Sentinels
 * for a failover.
 */
import { isSamePlace, type GroupServer, type GroupState } from '../../shared/queue/group-state.js';
import type { HostAndPort } from '../../shared/queue/redis-address.js';
import { ok, problem, warning, type Finding } from './finding.js';

const STATUS = 'npx relevo status --watch';
/** A replica that lacks more than this is late, in bytes. */
const LATE_BYTES = 16_777_216;

const toText = ({ host, port }: HostAndPort): string => `${host}:${port}`;

function judgePrimary({ servers, primary }: GroupState): Finding[] {
  if (primary === null) return [problem('Redis', 'No Sentinel answers.', STATUS)];
  const named = servers.find((server) => isSamePlace(server, primary));
  const others = servers.filter((server) => server.role === 'primary' && server !== named);
  return [
    ...(named?.role === 'primary'
      ? []
      : [problem('Redis', `${toText(primary)} is not a primary that answers.`, STATUS)]),
    ...others.map((server) =>
      warning(
        'Redis',
        `${toText(server)} returned as a primary; it refuses writes until the Sentinels make it a replica of ${toText(primary)}.`,
        STATUS,
      ),
    ),
  ];
}

function judgeReplica(server: GroupServer): Finding[] {
  const { role, link, lagBytes } = server;
  if (role === null) return [warning('Redis', `${toText(server)} does not answer.`, STATUS)];
  if (role === 'replica' && link !== 'up')
    return [warning('Redis', `${toText(server)} does not follow the primary.`, STATUS)];
  return lagBytes !== null && lagBytes > LATE_BYTES
    ? [warning('Redis', `${toText(server)} lacks ${lagBytes} bytes of the primary.`, STATUS)]
    : [];
}

function judgeSentinels({ sentinels, quorum, primary }: GroupState): Finding {
  const silent = sentinels.filter((sentinel) => sentinel.primary === null);
  const able = sentinels.filter(({ hasQuorum }) => hasQuorum === true);
  if (able.length === 0)
    return problem(
      'Sentinel',
      'No Sentinel has a quorum: no other server can replace the primary.',
      STATUS,
    );
  if (silent.length > 0)
    return warning('Sentinel', `${silent.map(toText).join(', ')} does not answer.`, STATUS);
  const differing = sentinels.filter(
    (sentinel) => sentinel.primary && primary && !isSamePlace(sentinel.primary, primary),
  );
  return differing.length > 0
    ? warning('Sentinel', `${differing.map(toText).join(', ')} names another primary.`, STATUS)
    : ok('Sentinel', `all ${sentinels.length} answer, quorum ${quorum}`);
}

export function judgeGroup(state: GroupState): Finding[] {
  const { servers, primary } = state;
  const findings = [...judgePrimary(state), ...servers.flatMap(judgeReplica)];
  const following = servers.filter(({ link }) => link === 'up').length;
  return [
    ...(findings.length === 0 && primary
      ? [ok('Redis group', `${toText(primary)} is the primary, ${following} replicas follow`)]
      : findings),
    judgeSentinels(state),
  ];
}
