/** The processes of PostgreSQL and Redis, by their part in the costs. */
import type { Engines } from '../../local/engines/engines.js';
import type { ManagedProcess } from '../../local/processes/processes.js';
import type { PidsByPart } from './usage.js';

/** `standbys`: all that runs in addition to one server each. */
export type EnginePids = Required<Pick<PidsByPart, 'postgres' | 'redis' | 'standbys'>>;

/** Every process that must be stopped. */
export const listEngines = ({
  postgres,
  databaseCluster,
  redis,
  redisGroup,
}: Engines): ManagedProcess[] =>
  [
    postgres,
    redis,
    ...(databaseCluster?.processes ?? []),
    ...(redisGroup?.processes ?? []),
  ].flatMap((engine) => engine ?? []);

const pidsOf = (processes: readonly (ManagedProcess | null | undefined)[]): number[] =>
  processes.flatMap((process) => process?.pid ?? []);

/** The primaries are those of this moment. */
export async function readEnginePids(engines: Engines): Promise<EnginePids> {
  const { postgres, databaseCluster, redis, redisGroup } = engines;
  const [primary, redisPrimary] = await Promise.all([
    databaseCluster?.findPrimary(),
    redisGroup?.findPrimary(),
  ]);
  const nodes = databaseCluster?.nodes ?? [];
  const servers = nodes.flatMap(({ node, postmasterPid }) =>
    node.name === primary?.node.name ? [] : (postmasterPid ?? []),
  );
  const others = [...nodes, ...(databaseCluster?.etcd ?? []), ...(redisGroup?.processes ?? [])];
  return {
    postgres: [...pidsOf([postgres]), ...(primary?.postmasterPid ? [primary.postmasterPid] : [])],
    redis: pidsOf([redis ?? redisPrimary]),
    standbys: [...servers, ...pidsOf(others.filter((process) => process !== redisPrimary))],
  };
}
