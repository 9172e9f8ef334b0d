/**
 * The resources of a cluster that exist before its system starts and are released after the system
 * has stopped: its folder, the logs, the proxies and the disk.
 */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Shape } from '../../local/plan.js';
import { LogFile, USUAL_LOG } from '../../local/processes/log-file.js';
import { LogFiles } from '../../local/processes/log-files.js';
import { createRunFolder, removeFolder } from '../../local/run-folder.js';
import { Links } from '../network/links.js';
import { settleAll } from '../settle.js';
import { MemoryDisk } from './memory-disk.js';
import { RELEVO, type SystemUnderTest } from './system-under-test.js';

const LOG_FOLDER = 'logs';
const REPORTS = 'reports';
/** Output of all processes of the latest run, for the analysis of a failure. */
export const LOG = join(REPORTS, 'latest.log');

/**
 * Each system under test has its own file, and so has each of several that run at once, so that no
 * system overwrites the file of another.
 */
function toLogPath({ name }: SystemUnderTest, copy: number): string {
  const words = ['latest', ...(name === RELEVO.name ? [] : [name]), ...(copy > 1 ? [copy] : [])];
  return join(REPORTS, `${words.join('-')}.log`);
}

export interface ResourceOptions {
  /** Default: no proxies. */
  links?: boolean;
  /** Default: no separate disk. */
  disk?: boolean;
  /** Number of this system among those that run at once, from 1. Default: 1. */
  copy?: number;
  /** Contains the folder. Default: the temporary folder of the machine. */
  parent?: string;
}

export interface ClusterResources {
  /** Contains all data. */
  dataDir: string;
  logFolder: string;
  /** Output of all processes, in one file; kept after the run. */
  log: LogFile;
  logs: LogFiles;
  links: Links | null;
  disk: MemoryDisk | null;
  /** Deletes the folder, also when another resource cannot be released. @throws the first error. */
  tearDown: () => Promise<void>;
}

/** Leaves nothing after an error. */
export async function openResources(
  subject: SystemUnderTest,
  shape: Shape,
  { links: hasLinks = false, disk: hasDisk = false, copy = 1, parent = tmpdir() }: ResourceOptions,
): Promise<ClusterResources> {
  const dataDir = createRunFolder(parent, 'lab');
  const opened: { close(): Promise<unknown> }[] = [];
  const keep = <T extends { close(): Promise<unknown> } | null>(resource: T): T => {
    if (resource) opened.push(resource);
    return resource;
  };
  const tearDown = async (): Promise<void> => {
    try {
      await settleAll(opened.map((resource) => resource.close()));
    } finally {
      removeFolder(dataDir);
    }
  };
  try {
    mkdirSync(REPORTS, { recursive: true });
    const path = toLogPath(subject, copy);
    const logFolder = join(dataDir, LOG_FOLDER);
    const log = keep(new LogFile({ ...USUAL_LOG, largestBytes: Infinity, path }));
    const logs = keep(new LogFiles(logFolder));
    const links = keep(hasLinks ? await Links.open(shape) : null);
    const disk = keep(hasDisk ? await MemoryDisk.open(join(dataDir, 'disk')) : null);
    return { dataDir, logFolder, log, logs, links, disk, tearDown };
  } catch (error) {
    await tearDown();
    throw error;
  }
}
