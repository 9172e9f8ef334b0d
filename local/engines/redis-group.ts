/**
 * A group of three Redis servers, one primary and two replicas, with three Sentinels that choose
 * another primary when it fails. Each process has a folder of its own.
 *
 * - The primary of the last run starts as the primary again.
 * - A server that is restarted asks the Sentinels first and starts as a replica. When they still
 *   name that server, it waits until they have chosen another one.
 * - A primary without a replica that follows it refuses writes: a former primary that returns from
 *   a freeze or a partition accepts none, until the Sentinels make it a replica.
 *
 * Not guaranteed: that no confirmed write is lost. Replication is asynchronous; PostgreSQL is the
 * source of truth.
 */
import { join } from 'node:path';
import { askSentinel, readGroup } from '../../shared/queue/read-group.js';
import { findNewest } from '../../shared/queue/group-state.js';
import {
  formatSentinelAddress,
  type HostAndPort,
  type SentinelAddress,
} from '../../shared/queue/redis-address.js';
import { pollUntil, waitUntil } from '../../shared/wait-until.js';
import { StartError } from '../errors.js';
import { DIRECT, LOOPBACK, type EngineLinks } from './engine-links.js';
import { GROUP_SENTINELS, GROUP_SERVERS } from '../plan.js';
import { ManagedProcess } from '../processes/processes.js';
import {
  findRedisProgram,
  providePassword,
  redisProcess,
  RedisServer,
  SETTINGS_FILE,
  STORAGE_OPTIONS,
  toRedisUrl,
  writeSettings,
} from './redis.js';
import {
  GROUP_NAME,
  readLastPort,
  readLastPrimary,
  SENTINEL_FILE,
  sentinelSettings,
} from './sentinel.js';

/** The Sentinels find each other and the replicas within about 2 s. */
const READY_MS = 30_000;
const POLL_MS = 50;
/** How long a restarted primary waits for the choice of another one, in ms. */
const FAILOVER_MS = 8_000;

const REPLICATION_OPTIONS = {
  'repl-diskless-sync-delay': '0',
  'repl-ping-replica-period': '1',
  'repl-timeout': '5',
  // A server that returns within this amount of writes copies only what it missed.
  'repl-backlog-size': '16mb',
  'min-replicas-to-write': '1',
  'min-replicas-max-lag': '2',
  'shutdown-timeout': '2',
};

/** Its folder inside of the data folder. */
export const GROUP_FOLDER = 'redis-group';

export interface RedisGroupOptions {
  dataDir: string;
  portOf: (name: string) => number;
  /** Default: no proxies. */
  links?: EngineLinks;
}

interface OwnSettings {
  dataDir: string;
  /** The host at which the others reach it. */
  host: string;
  port: number;
  password: string;
}

/** The settings of a server. @param primary null: it is the primary. Pure. */
export function serverSettings(
  { dataDir, host, port, password }: OwnSettings,
  primary: HostAndPort | null,
): string[] {
  const options = { ...STORAGE_OPTIONS, ...REPLICATION_OPTIONS };
  return [
    `port ${port}`,
    `dir ${JSON.stringify(dataDir)}`,
    `requirepass ${password}`,
    `masterauth ${password}`,
    ...(host === LOOPBACK ? [] : [`replica-announce-ip ${host}`]),
    ...Object.entries(options).map(([name, value]) => `${name} ${value || '""'}`),
    ...(primary === null ? [] : [`replicaof ${primary.host} ${primary.port}`]),
  ];
}

interface Member {
  name: string;
  /** The host at which clients and the other members reach it. */
  host: string;
  port: number;
  folder: string;
}

export class RedisGroup {
  readonly servers: readonly RedisServer[];
  readonly sentinels: readonly ManagedProcess[];
  private readonly members: Readonly<Record<'servers' | 'sentinels', readonly Member[]>>;
  private readonly place: SentinelAddress;
  private readonly password: string;
  /** Port of the primary that is known last. */
  private primaryPort: number;
  private isRunning = false;

  /** Starts nothing. @throws StartError when no server program is installed. */
  constructor({ dataDir, portOf, links = DIRECT }: RedisGroupOptions) {
    const program = findRedisProgram();
    const toMember = (name: string): Member => {
      const port = portOf(name);
      return { name, host: links.getHost('group', port), port, folder: join(dataDir, name) };
    };
    this.password = providePassword(dataDir);
    this.members = {
      servers: GROUP_SERVERS.map(toMember),
      sentinels: GROUP_SENTINELS.map(toMember),
    };
    this.primaryPort = findLastPrimary(this.members).port;
    this.place = {
      sentinels: this.members.sentinels.map(({ port }) => ({ host: LOOPBACK, port })),
      name: GROUP_NAME,
      username: undefined,
      password: this.password,
      db: 0,
    };
    this.servers = this.members.servers.map((member) => this.prepareServer(program, member));
    this.sentinels = this.members.sentinels.map((member) => this.prepareSentinel(program, member));
  }

  get processes(): readonly ManagedProcess[] {
    return [...this.servers, ...this.sentinels];
  }

  /** For clients, with the password. */
  get address(): string {
    return formatSentinelAddress(this.place);
  }

  /** Starts the servers, then the Sentinels. Resolves when a failover is possible. */
  async start(): Promise<void> {
    const isPrimary = ({ port }: RedisServer): boolean => port === this.primaryPort;
    await Promise.all(this.servers.filter(isPrimary).map((server) => server.start()));
    await Promise.all(
      this.servers.filter((server) => !isPrimary(server)).map((server) => server.start()),
    );
    for (const { folder, port } of this.members.sentinels) {
      const primary = this.toPlace(this.primaryPort);
      const settings = sentinelSettings({ folder, port, password: this.password, primary });
      writeSettings(join(folder, SENTINEL_FILE), settings);
    }
    await Promise.all(this.sentinels.map((sentinel) => sentinel.start()));
    this.isRunning = true;
    await waitUntil(() => this.isComplete(), {
      deadlineMs: READY_MS,
      pollMs: POLL_MS,
      toError: () =>
        new StartError('The Sentinels did not find each other and every Redis server.'),
    });
  }

  /** The address of the server on this port. */
  private toPlace(port: number): HostAndPort {
    const member = this.members.servers.find((server) => server.port === port);
    return { host: member?.host ?? LOOPBACK, port };
  }

  private prepareServer(program: string, { name, host, port, folder }: Member): RedisServer {
    const { password } = this;
    const file = join(folder, SETTINGS_FILE);
    return new RedisServer(
      {
        ...redisProcess({ name, port, password }),
        command: [program, file],
        beforeStart: async () => {
          const primaryPort = await this.choosePrimary(port);
          const primary = primaryPort === port ? null : this.toPlace(primaryPort);
          writeSettings(file, serverSettings({ dataDir: folder, host, port, password }, primary));
        },
      },
      folder,
      toRedisUrl(port, password),
    );
  }

  private prepareSentinel(program: string, { name, port, folder }: Member): ManagedProcess {
    return new ManagedProcess({
      ...redisProcess({ name, port, password: this.password }),
      kind: 'sentinel',
      command: [program, join(folder, SENTINEL_FILE), '--sentinel'],
    });
  }

  /** The port of the primary for a server that starts on `port`; `port`: it is the primary. */
  private async choosePrimary(port: number): Promise<number> {
    if (!this.isRunning) return this.primaryPort;
    await pollUntil(
      async () => {
        const { sentinels } = this.place;
        const views = await Promise.all(sentinels.map((each) => askSentinel(each, this.place)));
        this.primaryPort = findNewest(views)?.primary.port ?? this.primaryPort;
        return this.primaryPort !== port;
      },
      { deadlineMs: FAILOVER_MS, pollMs: POLL_MS },
    );
    return this.primaryPort;
  }

  /** The server that the Sentinels name as the primary; null: none. */
  async findPrimary(): Promise<RedisServer | null> {
    const { primary } = await readGroup(this.place);
    return this.servers.find(({ port }) => port === primary?.port) ?? null;
  }

  /** Whether every Sentinel knows every server and Sentinel, and every replica follows. */
  async isComplete(): Promise<boolean> {
    const views = await Promise.all(
      this.place.sentinels.map((each) => askSentinel(each, this.place)),
    );
    const hasAll = views.every(
      (view) =>
        view?.hasQuorum &&
        view.replicas.length === GROUP_SERVERS.length - 1 &&
        view.otherSentinels === GROUP_SENTINELS.length - 1,
    );
    return hasAll && this.isReplicated();
  }

  /** Whether one server is the primary, and every other one follows it. */
  async isReplicated(): Promise<boolean> {
    const { servers } = await readGroup(this.place);
    // A former primary that returned is a second one, until the Sentinels make it a replica.
    const primaries = servers.filter(({ role }) => role === 'primary');
    return (
      primaries.length === 1 &&
      servers.length === GROUP_SERVERS.length &&
      servers.every(({ role, link }) => role === 'primary' || link === 'up')
    );
  }
}

/** The server that was the primary when the group ran last; the first one when it never ran. */
function findLastPrimary({
  servers,
  sentinels,
}: {
  servers: readonly Member[];
  sentinels: readonly Member[];
}): Member {
  const port = readLastPrimary(sentinels.map(({ folder }) => folder));
  const [first] = servers;
  if (!first) throw new Error('a group has at least one server');
  // The ports may be others than in the last run.
  return (
    servers.find(
      ({ folder }) => port !== null && readLastPort(join(folder, SETTINGS_FILE)) === port,
    ) ?? first
  );
}
