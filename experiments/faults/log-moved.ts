/**
 * Moves the log file of a process away while the process writes, as an external log rotation does.
 * The lab, which started the processes, writes these files; the lab and all its processes must
 * continue. There is nothing to heal: the next line starts a new file.
 */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultDefinition } from './fault.js';
import { processNames, getRunning } from './processes.js';

export const logMoved: FaultDefinition = {
  kind: 'log-moved',
  purpose: 'Another program rotates or removes the log file of a process.',
  harmless: true,
  targets: (cluster) => processNames(cluster),
  inject: async (cluster, { target }) => {
    getRunning(cluster, target);
    const file = join(cluster.logFolder, `${target}.log`);
    await rename(file, `${file}.moved`);
    return null;
  },
};
