/**
 * One database node: Patroni as a managed process, and the PostgreSQL that it starts. Killing or
 * freezing the process means the whole node; `signalPatroni` reaches Patroni alone.
 */
import { chmodSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ManagedProcess } from '../processes/processes.js';
import { sendSignal } from '../processes/process-tree.js';
import { answersOk } from '../processes/service-process.js';
import type { Volume } from './postgres.js';
import type { ClusterPrograms } from './cluster-programs.js';
import { withoutVariables } from './etcd.js';
import {
  renderPatroni,
  type ClusterDescription,
  type ClusterSecrets,
  type NodeDescription,
} from './patroni-config.js';
import { addReaper, findReaped } from './reaper.js';
import {
  endServer,
  readPostmaster,
  signalServer,
  waitForEnd,
  waitForFormerServer,
} from './postmaster.js';

/**
 * Patroni waits for etcd before it answers. Its PostgreSQL may be the primary meanwhile, so that a
 * restart must not give up and kill both.
 */
const READY_DEADLINE_MS = 86_400_000;
const STOP_DEADLINE_MS = 20_000;
/** Name of the configuration file in the folder of a node. */
export const PATRONI_FILE = 'patroni.yml';

export class NodeProcess extends ManagedProcess {
  constructor(
    spec: ConstructorParameters<typeof ManagedProcess>[0],
    /** The name of the node in Patroni, and of its PostgreSQL among the processes. */
    readonly node: NodeDescription,
    /** PostgreSQL's data as this process sees them, without symbolic links. */
    readonly dataDir: string,
    /** The disk of the data, when it is not our own. */
    readonly volume?: Volume | undefined,
  ) {
    super(spec);
  }

  /** The process id of its PostgreSQL; null while none runs. */
  get postmasterPid(): number | null {
    return readPostmaster(this.dataDir);
  }

  /** Sends a signal to Patroni only. @returns false when it does not run. */
  signalPatroni(name: NodeJS.Signals): boolean {
    if (this.pid === null) return false;
    return sendSignal(findReaped(this.pid, join(this.node.folder, PATRONI_FILE)), name);
  }

  /** SIGKILL ends Patroni and PostgreSQL, any other signal goes to Patroni. */
  override kill(name: NodeJS.Signals = 'SIGKILL'): boolean {
    const sent = super.kill(name);
    return name === 'SIGKILL' ? signalServer(this.dataDir, name).length > 0 || sent : sent;
  }

  override freeze(): boolean {
    const sent = super.freeze();
    return signalServer(this.dataDir, 'SIGSTOP').length > 0 || sent;
  }

  override thaw(): boolean {
    const sent = signalServer(this.dataDir, 'SIGCONT').length > 0;
    return super.thaw() || sent;
  }

  /** Also ends a PostgreSQL whose Patroni has ended before. */
  override async stop(deadlineMs?: number): Promise<void> {
    await super.stop(deadlineMs);
    await endServer(this.dataDir, STOP_DEADLINE_MS);
  }

  /** Kills both and waits until they have ended. */
  async end(): Promise<void> {
    this.supervised = false;
    const server = signalServer(this.dataDir, 'SIGKILL');
    super.kill('SIGKILL');
    await this.exited;
    // Patroni may have started another one at that moment.
    await waitForEnd([...server, ...signalServer(this.dataDir, 'SIGKILL')]);
  }
}

/** Writes the configuration; does not start the node. @throws StartError */
export function prepareNode(
  { patroni, account }: ClusterPrograms,
  cluster: ClusterDescription,
  { folder: given, ...rest }: NodeDescription,
  secrets: ClusterSecrets,
  volume?: Volume,
): NodeProcess {
  mkdirSync(given, { recursive: true, mode: 0o700 });
  const folder = realpathSync(given);
  const node = { ...rest, folder, ...(volume ? { dataDir: join(volume.folder, 'data') } : {}) };
  const dataDir = join(volume?.window ?? folder, 'data');
  const file = join(folder, PATRONI_FILE);
  writeFileSync(file, renderPatroni(cluster, node, secrets), { mode: 0o600 });
  chmodSync(file, 0o600);
  account.own(folder);
  const url = `http://${cluster.host}:${node.restPort}`;
  return new NodeProcess(
    {
      name: node.name.replace('postgres', 'patroni'),
      kind: 'patroni',
      port: node.restPort,
      url,
      before: volume?.enter ?? account.before,
      command: addReaper([patroni, file]),
      // Patroni, libpq, etcd and tini would read further settings from the environment.
      env: withoutVariables('PATRONI_', 'PG', 'ETCD_', 'PYTHON', 'TINI_'),
      deathSignal: 'KILL',
      tree: true,
      beforeStart: () => waitForFormerServer(dataDir),
      ready: () => answersOk(`${url}/liveness`),
      readyDeadlineMs: READY_DEADLINE_MS,
      stopSignal: 'SIGTERM',
      stopDeadlineMs: STOP_DEADLINE_MS,
    },
    node,
    dataDir,
    volume,
  );
}
