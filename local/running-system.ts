/** The content of relevo.json, for `relevo status` and other programs. */
import type { NodeProcess } from './engines/patroni.js';
import type { RunningSystem } from './installation.js';
import type { System } from './system.js';

type Entry = RunningSystem['processes'][number];

/** PostgreSQL under Patroni is a process without a parent of ours. */
const describePostgres = ({ node, postmasterPid }: NodeProcess): Entry => ({
  name: node.name,
  kind: 'postgres',
  pid: postmasterPid,
  port: node.port,
  url: `127.0.0.1:${node.port}`,
});

/** @param control address of the control of rolling restarts. */
export function describeRunning(system: System, control: string): RunningSystem {
  const processes = [
    ...system.processes.map(({ name, kind, pid, port, url }) => ({ name, kind, pid, port, url })),
    ...(system.databaseCluster?.nodes.map(describePostgres) ?? []),
  ];
  return {
    addresses: Object.fromEntries(processes.map(({ name, url }) => [name, url])),
    processes,
    databaseUrl: system.databaseUrl,
    redisUrl: system.redisUrl,
    control,
  };
}
