/**
 * A replicated PostgreSQL on this machine: three etcd members that keep which node is the primary,
 * and three PostgreSQL, each with its Patroni. A commit is acknowledged when it is on two nodes, so
 * the death of any node loses none. Everything is on one machine and one disk: it protects against
 * the death of processes, and it is the same configuration that three machines would run.
 */
import { join } from 'node:path';
import {
  acceptsWrites,
  isWhole,
  type DatabaseNode as NodeView,
} from '../../shared/record/nodes.js';
import { updateSettings, type PatroniAccount } from '../../shared/record/patroni-client.js';
import { readNodes, type RecordPlace } from '../../shared/record/read-record.js';
import { pollUntil } from '../../shared/wait-until.js';
import { StartError } from '../errors.js';
import type { Volume } from './postgres.js';
import { toNodeLinks, type EngineLinks } from './engine-links.js';
import { guardOrphans, type OrphanGuard } from '../processes/orphan-guard.js';
import type { ClusterPlaces } from '../plan.js';
import type { ManagedProcess } from '../processes/processes.js';
import { provideFacts, provideSecrets } from './cluster-folder.js';
import { findClusterPrograms } from './cluster-programs.js';
import { prepareEtcd } from './etcd.js';
import { prepareNode, type NodeProcess } from './patroni.js';
import {
  getSharedSettings,
  REST_USER,
  SUPERUSER,
  type ClusterDescription,
  type ClusterSecrets,
} from './patroni-config.js';
import {
  createSettings,
  getPatienceMs,
  type PatroniSettings,
  type TimingProfile,
} from './patroni-settings.js';
import { preparePrimaryRoute } from './primary-route.js';
import { performSwitchover, waitForPair } from './switchover.js';

export interface PostgresClusterOptions extends ClusterPlaces {
  /** Holds everything of the cluster; created when missing. */
  folder: string;
  /** Smaller buffers, for tests and the lab. */
  quick?: boolean;
  /** Default: the one that the installed Patroni can keep. */
  profile?: TimingProfile | undefined;
  /** Changes of the safe settings, for the lab. */
  settings?: Partial<PatroniSettings>;
  /** Further parameters of PostgreSQL. */
  parameters?: Readonly<Record<string, string | number>>;
  /** A HAProxy that passes connections on to the primary. Default: none. */
  route?: { name: string; port: number };
  /** Proxies of the lab between the members. Default: none. */
  links?: EngineLinks | undefined;
  /** The disk of each node's data by name, when it is not our own. */
  volumes?: ReadonlyMap<string, Volume> | undefined;
}

const HOST = '127.0.0.1';
const READY_DEADLINE_MS = 90_000;
/** Longest wait for the last standby, when the others accept writes already. */
const WHOLE_DEADLINE_MS = 30_000;
const POLL_MS = 100;

const toPlace = ({ node, url }: NodeProcess): RecordPlace => ({ name: node.name, url });

export class PostgresCluster {
  #guards: OrphanGuard[] = [];

  constructor(
    readonly etcd: readonly ManagedProcess[],
    readonly nodes: readonly NodeProcess[],
    private readonly cluster: ClusterDescription,
    private readonly secrets: ClusterSecrets,
    /** The HAProxy before the nodes; null: there is none. */
    readonly route: ManagedProcess | null = null,
  ) {}

  /** The settings that its nodes run with. */
  get settings(): PatroniSettings {
    return this.cluster.settings;
  }

  /** How long an instance of patients waits for this cluster, ms. */
  get patienceMs(): number {
    return getPatienceMs(this.cluster.settings.timings);
  }

  /** Everything that must be stopped, first the nodes. */
  get processes(): readonly ManagedProcess[] {
    return [...(this.route ? [this.route] : []), ...this.nodes, ...this.etcd];
  }

  /** The superuser's address of a database, on whichever node is the primary. */
  toUrl(database: string): string {
    const hosts = this.nodes.map(({ node }) => `${HOST}:${node.port}`).join(',');
    return `postgresql://${SUPERUSER}:${this.secrets.superuser}@${hosts}/${database}?target_session_attrs=read-write`;
  }

  /** The superuser's address of a database for services: that of the HAProxy, when there is one. */
  toServiceUrl(database: string): string {
    const { route } = this;
    return route ? toRouteUrl(route.port, this.secrets, database) : this.toUrl(database);
  }

  /** The superuser's address of a database on one node, a primary or a standby. */
  toNodeUrl({ node }: NodeProcess, database: string): string {
    return `postgresql://${SUPERUSER}:${this.secrets.superuser}@${HOST}:${node.port}/${database}`;
  }

  /** The nodes as they are now. Never throws; takes at most some 3 s. */
  readNodes(): Promise<NodeView[]> {
    return readNodes(this.nodes.map(toPlace));
  }

  /** The node that accepts writes; null: none, or none that answers. */
  async findPrimary(): Promise<NodeProcess | null> {
    const primary = (await this.readNodes()).find(({ role }) => role === 'primary');
    return this.nodes.find(({ node }) => node.name === primary?.name) ?? null;
  }

  #getNode(name: string): NodeProcess {
    const found = this.nodes.find(({ node }) => node.name === name);
    if (found) return found;
    throw new Error(`no node of this cluster is ${name}`);
  }

  /**
   * Hands the primary over to the synchronous standby. Waits for one first: after a failure of
   * etcd, Patroni may take some seconds to choose another one. @returns the former primary.
   * @throws Error when no node is the primary, no standby is synchronous, or Patroni refuses.
   */
  async switchOver(): Promise<NodeProcess> {
    const pair = await waitForPair(() => this.readNodes());
    const [primary, candidate] = [this.#getNode(pair.primary), this.#getNode(pair.candidate)];
    const others = this.nodes.filter((node) => node !== primary && node !== candidate);
    await performSwitchover({
      primary: toPlace(primary),
      candidate: toPlace(candidate),
      others: others.map(toPlace),
      account: this.#account,
      ttlSeconds: this.cluster.settings.timings.ttlSeconds,
    });
    return primary;
  }

  /**
   * Starts everything, and waits until commits are acknowledged by two nodes.
   * @returns whether the third node also follows; it may still be copying the data.
   * @throws StartError when the cluster does not accept writes in time.
   */
  async start(): Promise<boolean> {
    this.#guards = this.#guardNodes();
    await Promise.all(this.etcd.map((member) => member.start()));
    const starting = new AbortController();
    const nodes = Promise.all(this.nodes.map((node) => node.start()));
    // Settles the race only when a node fails: a node that started need not have a role yet.
    const failed = nodes.then(() => new Promise<never>(() => undefined));
    failed.catch(() => undefined);
    try {
      const isComplete = await Promise.race([this.#becomeReady(starting.signal), failed]);
      await this.route?.start();
      return isComplete;
    } finally {
      starting.abort();
    }
  }

  /** One guard for all nodes on our own disk, and one beside each node on another disk. */
  #guardNodes(): OrphanGuard[] {
    const own = this.nodes.filter(({ volume }) => volume === undefined);
    const others = this.nodes.flatMap(({ volume }) => volume ?? []);
    return [
      ...(own.length > 0 ? [guardOrphans(own.map(({ dataDir }) => dataDir))] : []),
      ...others.map(({ folder, enter }) => guardOrphans([join(folder, 'data')], enter)),
    ];
  }

  async #becomeReady(signal: AbortSignal): Promise<boolean> {
    const polling = { pollMs: POLL_MS, signal };
    const check = (test: typeof isWhole) => async (): Promise<boolean> =>
      test(await this.readNodes());
    const usable = { deadlineMs: READY_DEADLINE_MS, ...polling };
    if (!(await pollUntil(check(acceptsWrites), usable))) throw await this.#describeFailure();
    await this.#applySettings();
    return pollUntil(check(isWhole), { deadlineMs: WHOLE_DEADLINE_MS, ...polling });
  }

  /** Patroni reads the shared settings from its file only at the first start of a cluster. */
  async #applySettings(): Promise<void> {
    const primary = await this.findPrimary();
    const isApplied =
      primary !== null &&
      (await updateSettings(primary.url, getSharedSettings(this.cluster), this.#account));
    if (!isApplied)
      throw new StartError('Patroni did not accept the settings of the cluster; see its log.');
  }

  get #account(): PatroniAccount {
    return { name: REST_USER, password: this.secrets.restApi };
  }

  async #describeFailure(): Promise<StartError> {
    const states = (await this.readNodes()).map(
      ({ name, role, state }) => `${name} ${state}${role === 'primary' ? ' (primary)' : ''}`,
    );
    const lines = this.nodes.flatMap(({ name, lastLines }) =>
      lastLines.slice(-4).map((line) => `  ${name}: ${line}`),
    );
    return new StartError(
      `The replicated PostgreSQL accepts no writes after ${READY_DEADLINE_MS / 1000} s (${states.join(', ')}). Its last lines:\n${lines.join('\n')}`,
    );
  }

  /** Stops the nodes in order, then etcd. */
  async stop(): Promise<void> {
    this.processes.forEach((process) => (process.supervised = false));
    await this.route?.stop();
    await Promise.all(this.nodes.map((node) => node.stop()));
    await Promise.all(this.etcd.map((member) => member.stop()));
    this.release();
  }

  /** Kills everything and waits until it has ended. The data survive, as in a crash. */
  async end(): Promise<void> {
    this.processes.forEach((process) => (process.supervised = false));
    await Promise.all(this.nodes.map((node) => node.end()));
    const others = [...(this.route ? [this.route] : []), ...this.etcd];
    others.forEach((process) => process.kill());
    await Promise.all(others.map(({ exited }) => exited));
    this.release();
  }

  /** Ends the guards: every process of the cluster has ended. */
  release(): void {
    this.#guards.forEach((guard) => guard.release());
    this.#guards = [];
  }
}

const toRouteUrl = (port: number, { superuser }: ClusterSecrets, database: string): string =>
  `postgresql://${SUPERUSER}:${superuser}@${HOST}:${port}/${database}?target_session_attrs=read-write`;

async function prepareRoute(
  { route, folder, nodes }: PostgresClusterOptions,
  secrets: ClusterSecrets,
): Promise<ManagedProcess | null> {
  if (!route) return null;
  return preparePrimaryRoute({
    ...route,
    host: HOST,
    folder: join(folder, route.name),
    nodes: nodes.map((node) => ({ ...node, host: HOST })),
    url: toRouteUrl(route.port, secrets, 'postgres'),
  });
}

/** Writes every configuration; does not start the cluster. @throws StartError */
export async function preparePostgresCluster(
  options: PostgresClusterOptions,
): Promise<PostgresCluster> {
  const { folder, nodes, etcd, quick = false, parameters = {}, links, volumes } = options;
  const toFolder = (name: string): string => join(folder, name);
  const programs = await findClusterPrograms(nodes.map(({ name }) => join(toFolder(name), 'data')));
  const settings = { ...createSettings(programs, options.profile), ...options.settings };
  const facts = provideFacts(folder, {
    protocol: settings.protocol,
    peerPorts: etcd.map(({ peerPort }) => peerPort),
  });
  const secrets = provideSecrets(folder);
  const cluster: ClusterDescription = {
    scope: facts.scope,
    host: HOST,
    etcdPorts: etcd.map(({ port }) => port),
    binDir: programs.binDir,
    settings,
    quick,
    parameters,
  };
  return new PostgresCluster(
    prepareEtcd({
      program: programs.etcd,
      account: programs.account,
      folder,
      host: HOST,
      places: etcd,
      enableV2: settings.protocol === 'etcd',
    }),
    nodes.map((node) => {
      const through = links ? { through: toNodeLinks(node, etcd, links) } : {};
      const description = { ...node, ...through, folder: toFolder(node.name) };
      return prepareNode(programs, cluster, description, secrets, volumes?.get(node.name));
    }),
    cluster,
    secrets,
    await prepareRoute(options, secrets),
  );
}
