/**
 * The logs of the processes of this system, for the control of `npm start`. A name is valid only
 * when the system has a process of that name; no file is opened before.
 */
import { join } from 'node:path';
import type { LogQuery, LogTail, ProcessList } from '../../shared/contracts/process-logs.js';
import { Problem } from '../../shared/errors.js';
import { toLogEntry } from '../../shared/logs/log-entry.js';
import { hasLevel } from '../../shared/logs/log-line.js';
import { tailFile } from './tail-file.js';

export interface ProcessLogs {
  list(): ProcessList;
  /** @throws Problem NOT_FOUND when the system has no process of this name. */
  read(process: string, query: LogQuery): Promise<LogTail>;
}

function createFilter({ level, text }: LogQuery): (line: string) => boolean {
  const words = text?.toLowerCase();
  return (line) =>
    (!level || hasLevel(line, level)) && (!words || line.toLowerCase().includes(words));
}

/** @param getProcesses the processes that were started so far. */
export function createProcessLogs(
  folder: string,
  getProcesses: () => ProcessList['processes'],
): ProcessLogs {
  return {
    list: () => ({ processes: getProcesses().map(({ name, kind }) => ({ name, kind })) }),
    read: async (process, query) => {
      if (!getProcesses().some(({ name }) => name === process))
        throw new Problem('NOT_FOUND', `This system has no process "${process}"`);
      const tail = await tailFile(join(folder, `${process}.log`), {
        lines: query.lines,
        after: query.after || null,
        isWanted: createFilter(query),
      });
      return { process, ...tail, lines: tail.lines.map(toLogEntry) };
    },
  };
}
