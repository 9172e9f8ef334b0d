/**
 * Fills PostgreSQL's disk. A table cannot grow, and the server stops when the write-ahead log needs
 * a new file. Only a laboratory opened with `disk: true` has such a disk, and only where the
 * machine allows one. The heal frees the space and restarts a server that stopped.
 */
import type { Fault } from './fault.js';
import { bringBack, running } from './processes.js';

export const diskFull: Fault = {
  kind: 'disk-full',
  purpose: 'The disk of the database is full: forgotten logs, a backup in the wrong place.',
  targets: ({ disk, system }) => (disk && system.postgres ? [system.postgres.name] : []),
  inject: async (laboratory, { target }) => {
    const { disk } = laboratory;
    if (!disk)
      throw new Error(
        'this laboratory has no disk of its own: it was opened without `disk: true`, or the machine does not allow it',
      );
    const server = running(laboratory, target);
    await disk.fill();
    return async () => {
      await disk.empty();
      await bringBack(server);
    };
  },
};
