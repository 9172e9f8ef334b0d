/**
 * PostgreSQL's disk is full: a table cannot grow, and when the write-ahead log needs a new file the server gives up. There is one in a
 * laboratory opened with `disk: true`, where the machine allows it. Heals by making room; a server that gave up is started again.
 */
import type { Fault } from './fault.js';
import { bringBack, running } from './processes.js';

export const diskFull: Fault = {
  kind: 'disk-full',
  purpose: 'The disk of the database is full: forgotten logs, a backup in the wrong place.',
  targets: ({ disk, system }) => (disk && system.postgres ? [system.postgres.name] : []),
  inject: async (laboratory, { target }) => {
    const { disk } = laboratory;
    if (!disk) throw new Error('this laboratory has no disk of its own: it was opened without `disk: true`, or the machine does not allow it');
    const server = running(laboratory, target);
    await disk.fill();
    return async () => {
      await disk.empty();
      await bringBack(server);
    };
  },
};
