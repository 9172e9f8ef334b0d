/**
 * Opens a separate system for one experiment: free ports, data in a temporary folder, both released
 * on every exit path.
 */
import type { BalancerName, Pool as BalancerPool } from '../../shared/balancer/pool.js';
import type { Shape } from '../../local/plan.js';
import { startSystem, type System, type SystemOptions } from '../../local/system.js';
import { createLogger } from '../../shared/observability/logger.js';
import { createPool, type Pool } from '../../shared/postgres/postgres.js';
import { waitUntil } from '../../shared/wait-until.js';
import { openResources, type ClusterResources } from './cluster-resources.js';
import type { MemoryDisk } from './memory-disk.js';
import type { PairFilter } from '../network/link-names.js';
import type { Links } from '../network/links.js';
import type { StorageLinks } from '../network/storage-links.js';
import type { Progress } from '../progress.js';
import { RELEVO, type CurrentLeader, type SystemUnderTest } from './system-under-test.js';

const POLL_MS = 20;
export interface Cluster {
  subject: SystemUnderTest;
  system: System;
  /** Contains all data; deleted at `close`. */
  folder: string;
  /** Contains one log file per process, as in an installation: NAME.log. */
  logFolder: string;
  /** The paths between the parts; null: there are no proxies. */
  links: Links | null;
  /** The paths of a replicated storage; null: there are no proxies. */
  storageLinks: StorageLinks | null;
  /** The disk of PostgreSQL's data; null: the machine's own disk. */
  disk: MemoryDisk | null;
  /** The disks of the database nodes by name; empty: the machine's own disk. */
  nodeDisks: ReadonlyMap<string, MemoryDisk>;
  /**
   * Addresses for payments: the balancer, else the patients instances, else the payment server
   * itself.
   */
  addresses: readonly string[];
  pool: Pool;
  /** Ids of the patients that can pay. */
  patients: readonly string[];
  /** Name and term of the current leader; leader null: none was elected yet. */
  leadership(): Promise<CurrentLeader>;
  /**
   * Resolves when `replicas` (all, where there are fewer) are alive and one of them leads. @throws
   * Error at the deadline.
   */
  waitUntilSettled(replicas: number, deadlineMs: number): Promise<void>;
  /**
   * Registers a step for the beginning of `close`, such as a heal. A failing step does not prevent
   * the others.
   */
  beforeClose(step: () => Promise<unknown>): void;
  /** Stops all processes and deletes the folder. May be called twice. */
  close(): Promise<void>;
}

export interface ClusterOptions {
  /** The system to run. Default: Relevo. */
  subject?: SystemUnderTest;
  replicas: number;
  monitors: number;
  patients: number;
  /** In front of the patients instances. Default: none. */
  balancer?: BalancerName | null;
  /** Changes of the balancer's pool. */
  pool?: Partial<BalancerPool>;
  /** PostgreSQL as one server or as a cluster. Default: one server. */
  record?: Shape['record'];
  /** Redis as one server or as a group. Default: one server. */
  queue?: Shape['queue'];
  /** How the services reach the primary of the cluster. Default: pool. */
  route?: Shape['route'];
  /** A ZooKeeper ensemble, a device per replica and the API of the measurements. Default: none. */
  measurements?: boolean;
  /** Changes of the cluster's safe settings, for a control. */
  recordSettings?: SystemOptions['recordSettings'];
  env?: SystemOptions['env'];
  /**
   * Adds a proxy to every path between two parts, so that the path can be cut, slowed and broken.
   * A function selects the paths. Default: false.
   */
  links?: boolean | PairFilter;
  /** Adds a proxy to every path of a replicated storage. Default: false. */
  storageLinks?: boolean;
  /**
   * Stores PostgreSQL's data on a separate disk in memory that can be filled, where the machine
   * allows one. Default: false.
   */
  disk?: boolean;
  /** The same for each node of the database cluster. @throws where the machine allows none. */
  nodeDisks?: boolean;
  /**
   * `http` is a process with a ledger; `simulated` is inside the replicas, without a ledger.
   * Default: `http`.
   */
  gateway?: Shape['gateway'];
  /**
   * Starts the engines with the settings of `npm start`, for measurements. Default: false, smaller
   * settings.
   */
  usualEngines?: boolean;
  /** Number of this system among those that run at once, from 1. Default: 1. */
  copy?: number;
  progress: Progress;
  signal: AbortSignal;
}

/** @throws StartError when a part does not start, AbortError at Ctrl-C; no process is left then. */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const {
    subject = RELEVO,
    replicas,
    monitors,
    patients,
    balancer = null,
    pool = {},
    record = 'single',
    queue = 'single',
    route = 'pool',
    measurements = false,
    recordSettings = {},
    env = {},
    gateway = 'http',
    usualEngines = false,
    progress,
    signal,
  } = options;
  const shape: Shape = {
    ...subject.shape({
      ...{ replicas, monitors, patients, balancer },
      ...{ record, queue, route, measurements },
    }),
    gateway,
  };
  const resources = await openResources(subject, shape, options);
  const { dataDir, log, logs, links, storageLinks, disk, nodeDisks } = resources;
  let system: System | null = null;
  try {
    system = await startSystem({
      ...shape,
      pool,
      recordSettings,
      dataDir,
      ports: 'free',
      supervise: false,
      quick: !usualEngines,
      signal,
      env: { FAULTS: 'on', ...env },
      ...(disk ? { volume: disk } : {}),
      volumes: nodeDisks,
      ...(storageLinks ? { engineLinks: storageLinks } : {}),
      serviceEnv: (name, _kind, usual) => ({
        ...links?.environmentOf(name, usual),
        ...storageLinks?.environmentOf(usual),
      }),
      ...(subject.program ? { program: subject.program } : {}),
      onProgress: (text) => progress.show(text),
      onLine: (name, line) => {
        log.write(`${name} ${line}`);
        logs.write(name, line);
      },
    });
    return await addLabParts(subject, system, resources, signal);
  } catch (error) {
    await Promise.allSettled([system?.stop()]);
    await resources.tearDown();
    throw error;
  }
}

/** Adds the lab's own parts to a running system. */
async function addLabParts(
  subject: SystemUnderTest,
  system: System,
  resources: ClusterResources,
  signal: AbortSignal,
): Promise<Cluster> {
  const { dataDir, logFolder, links, storageLinks, disk, nodeDisks, tearDown } = resources;
  const pool = createPool(
    { url: system.databaseUrl, name: 'lab', max: 4, statementTimeoutMs: 60_000 },
    createLogger('lab', 'lab', 'silent'),
  );
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM patient ORDER BY id');
  if (subject.termless)
    await pool.query('ALTER TABLE handled_range DROP CONSTRAINT handled_range_term_was_led');
  const instances = system.patients.length > 0 ? system.patients : system.replicas;
  const doors = system.balancer ? [system.balancer] : instances;
  const steps: (() => Promise<unknown>)[] = [];
  let closed: Promise<void> | null = null;
  const closeAll = async (): Promise<void> => {
    await Promise.allSettled(steps.map((step) => step()));
    // Concurrently: when PostgreSQL does not respond, `pool.end()` only resolves after the system
    // has stopped.
    const [, stopped] = await Promise.allSettled([pool.end(), system.stop()]);
    await tearDown();
    if (stopped.status === 'rejected') throw stopped.reason;
  };
  return {
    subject,
    system,
    folder: dataDir,
    logFolder,
    links,
    storageLinks,
    disk,
    nodeDisks,
    addresses: doors.map(({ url }) => url),
    pool,
    patients: rows.map(({ id }) => id),
    leadership: () => subject.leadership(system, pool),
    waitUntilSettled: (count, deadlineMs) =>
      waitUntilSettled(
        { subject, system },
        Math.min(count, system.replicas.length),
        deadlineMs,
        signal,
      ),
    beforeClose: (step) => void steps.push(step),
    close: () => (closed ??= closeAll()),
  };
}

type Running = Pick<Cluster, 'subject' | 'system'>;

async function waitUntilSettled(
  { subject, system }: Running,
  count: number,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<void> {
  let latest = 0;
  const isSettled = async (): Promise<boolean> => {
    const { alive, led } = await subject.poll(system);
    latest = alive;
    return led && alive >= count;
  };
  await waitUntil(isSettled, {
    deadlineMs,
    pollMs: POLL_MS,
    signal,
    toError: () =>
      new Error(
        `the system did not settle within ${deadlineMs} ms: ${latest} of ${count} replicas alive`,
      ),
  });
}
