/**
 * The log file of a process is moved away while the process writes, as log rotation by another program does it. The starter, here the lab,
 * writes these files; it must go on, and so must everything that it started. There is nothing to heal: the next line begins a new file.
 */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from './fault.js';
import { processNames, running } from './processes.js';

export const logMoved: Fault = {
  kind: 'log-moved',
  purpose: 'Another program rotates or removes the log file of a process.',
  harmless: true,
  targets: (laboratory) => processNames(laboratory),
  inject: async (laboratory, { target }) => {
    running(laboratory, target);
    const file = join(laboratory.logFolder, `${target}.log`);
    await rename(file, `${file}.moved`);
    return null;
  },
};
