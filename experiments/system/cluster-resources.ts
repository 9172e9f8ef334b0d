/**
 * The resources of a cluster that exist before its system starts and are released after the system
 * has stopped: its folder, the logs, the proxies and the disk.
 */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enginePlaces, type Shape } from '../../local/plan.js';
import { LogFile, USUAL_LOG } from '../../local/processes/log-file.js';
import { LogFiles } from '../../local/processes/log-files.js';
import { createRunFolder, removeFolder } from '../../local/run-folder.js';
import { MissingProgramError } from '../balancer/missing-program.js';
import type { PairFilter } from '../network/link-names.js';
import { Links } from '../network/links.js';
import { StorageLinks, storagePaths } from '../network/storage-links.js';
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
  /** All proxies, or those of the selected pairs. Default: no proxies. */
  links?: boolean | PairFilter;
  /** Default: no proxies in a replicated storage. */
  storageLinks?: boolean;
  /** Default: no separate disk. */
  disk?: boolean;
  /** Default: no separate disks of the database nodes. */
  nodeDisks?: boolean;
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
  storageLinks: StorageLinks | null;
  disk: MemoryDisk | null;
  /** The disks of the database nodes by name; empty: those of the machine. */
  nodeDisks: ReadonlyMap<string, MemoryDisk>;
  /** Deletes the folder, also when another resource cannot be released. @throws the first error. */
  tearDown: () => Promise<void>;
}

const getNodeNames = (shape: Shape): string[] =>
  enginePlaces(shape)
    .filter(({ kind }) => kind === 'postgres')
    .map(({ name }) => name);

/** @throws MissingProgramError where the machine allows no such disk. */
async function openNodeDisk(folder: string): Promise<MemoryDisk> {
  const disk = await MemoryDisk.open(folder);
  if (disk) return disk;
  throw new MissingProgramError(
    'The fault disk-full needs a disk in memory: unshare, nsenter, and a system that allows user namespaces. Choose the others with --kinds.',
  );
}

const openLinks = (shape: Shape, links: true | PairFilter): Promise<Links> =>
  Links.open(shape, links === true ? undefined : links);

/** Leaves nothing after an error. */
export async function openResources(
  subject: SystemUnderTest,
  shape: Shape,
  options: ResourceOptions,
): Promise<ClusterResources> {
  const { copy = 1, parent = tmpdir() } = options;
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
    const links = keep(options.links ? await openLinks(shape, options.links) : null);
    const storageLinks = keep(options.storageLinks ? new StorageLinks(storagePaths(shape)) : null);
    const disk = keep(options.disk ? await MemoryDisk.open(join(dataDir, 'disk')) : null);
    const nodeDisks = new Map<string, MemoryDisk>();
    for (const name of options.nodeDisks ? getNodeNames(shape) : [])
      nodeDisks.set(name, keep(await openNodeDisk(join(dataDir, 'disks', name))));
    return { dataDir, logFolder, log, logs, links, storageLinks, disk, nodeDisks, tearDown };
  } catch (error) {
    await tearDown();
    throw error;
  }
}
