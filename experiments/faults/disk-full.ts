/**
 * Fills PostgreSQL's disk. A table cannot grow, and the server stops when the write-ahead log needs
 * a new file. Only a cluster opened with `disk: true` has such a disk, and only where the
 * machine allows one. The heal frees the space and restarts a server that stopped.
 */
import type { FaultDefinition } from './fault.js';
import { startAgain, getRunning } from './processes.js';

export const diskFull: FaultDefinition = {
  kind: 'disk-full',
  purpose: 'The disk of the database is full: forgotten logs, a backup in the wrong place.',
  targets: ({ disk, system }) => (disk && system.postgres ? [system.postgres.name] : []),
  inject: async (cluster, { target }) => {
    const { disk } = cluster;
    if (!disk)
      throw new Error(
        'this cluster has no disk of its own: it was opened without `disk: true`, or the machine does not allow it',
      );
    const server = getRunning(cluster, target);
    await disk.fill();
    return async () => {
      await disk.empty();
      await startAgain(server);
    };
  },
};
