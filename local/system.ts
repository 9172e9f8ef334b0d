/**
 * Starts a whole system on this machine: engines, migrations, seed and services. Used by `npm
 * start`, the tests and the lab. All or nothing: when a part does not start, the parts already
 * running are stopped and one clear sentence names the reason.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Tokens } from '../shared/http/auth.js';
import {
  DATABASE_NAME,
  prepareEngines,
  startDatabase,
  startRedis,
  type EngineOptions,
  type Engines,
} from './engines/engines.js';
import { prepareBalancer, BalancerProcess } from './engines/balancer.js';
import { checkBalancerTimeout } from './check-timeouts.js';
import type { Pool } from '../shared/balancer/pool.js';
import { StartError } from './errors.js';
import { ensemblePlaces } from './measurement-places.js';
import { migrate } from './engines/migrate.js';
import { prepareEnsemble } from './engines/zookeeper.js';
import {
  balancerPlaces,
  balancerPool,
  enginePlaces,
  serviceEnvironment,
  servicePlaces,
  type Place,
  type Shape,
} from './plan.js';
import { freePort } from './processes/ports.js';
import type { PatroniSettings, TimingProfile } from './engines/patroni-settings.js';
import type { ManagedProcess, ProcessKind } from './processes/processes.js';
import { seedDatabase } from './engines/seed.js';
import { ENGINES, stopAll } from './stop-order.js';
import { getNodeArgs, getPrograms, type ProgramChoice } from './service-programs.js';
import { serviceProcess } from './processes/service-process.js';
import { makeTokens } from './tokens.js';

export interface SystemOptions
  extends Shape, ProgramChoice, Pick<EngineOptions, 'engineLinks' | 'volume' | 'volumes'> {
  /** Holds the engines' data and the gateway's ledger; created when missing. */
  dataDir: string;
  /** `free`: any free ports. */
  ports: 'fixed' | 'free';
  /** Added to every fixed port. Default: 0. */
  portOffset?: number;
  /** An external PostgreSQL instead of our own. */
  databaseUrl?: string | undefined;
  /** An external Redis instead of our own. */
  redisUrl?: string | undefined;
  /** Default: new tokens. */
  tokens?: Tokens;
  /** Whether processes restart after a crash. Each process can be changed later. */
  supervise: boolean;
  /** Variables for every service. */
  env?: Readonly<Record<string, string>>;
  /**
   * Variables for one service; they override `env`. Receives the environment that the service would
   * get without them.
   */
  serviceEnv?: (
    name: string,
    kind: ProcessKind,
    env: Readonly<Record<string, string>>,
  ) => Readonly<Record<string, string>>;
  /** Called with each line that a process writes. */
  onLine?: (name: string, line: string) => void;
  /** Called with each step, as text for the user. */
  onProgress?: (text: string) => void;
  /** Called with each process before it starts, so that the caller can subscribe to its exits. */
  onProcess?: (process: ManagedProcess) => void;
  /** Changes of the balancer's pool, for the lab. */
  pool?: Partial<Pool>;
  /** Timings of the cluster. Default: those that the installed Patroni can keep. */
  profile?: TimingProfile | undefined;
  /** Changes of the safe settings of the cluster, for a control of the lab. */
  recordSettings?: Partial<PatroniSettings>;
  /** Smaller engines, for tests and the lab. */
  quick?: boolean;
  /** The control of rolling restarts. */
  supervisorUrl?: string;
  /** Aborts the start. */
  signal?: AbortSignal;
}

export interface System extends Engines {
  databaseUrl: string;
  redisUrl: string;
  tokens: Tokens;
  patients: ManagedProcess[];
  monitors: ManagedProcess[];
  replicas: ManagedProcess[];
  /** Null when the gateway is simulated inside the replicas. */
  gateway: ManagedProcess | null;
  /** Null when there is none. */
  balancer: BalancerProcess | null;
  /** The members of ZooKeeper; empty when there are none. */
  ensemble: ManagedProcess[];
  /** The measuring devices; empty when there are none. */
  devices: ManagedProcess[];
  /** The API of the measurements; null when there is none. */
  measurements: ManagedProcess | null;
  /** All processes, in display order: services, then engines. */
  processes: ManagedProcess[];
  /** @throws Error when there is no process of that name. */
  process(name: string): ManagedProcess;
  /** The process ids of the running processes. */
  pids(): Record<string, number>;
  /** Stops every process, in order, including frozen ones. */
  stop(): Promise<void>;
  /** Kills every process immediately, in no order. */
  kill(): void;
}

/** Chooses a port for each name. */
async function choosePorts(
  places: readonly Place[],
  { ports, portOffset = 0 }: SystemOptions,
): Promise<(name: string) => number> {
  const table = new Map<string, number>();
  for (const { name, fixedPort } of places)
    table.set(name, ports === 'fixed' ? fixedPort + portOffset : await freePort());
  return (name) => table.get(name) ?? 0;
}

type Storage = Engines & Pick<System, 'databaseUrl' | 'redisUrl'>;

class Starting {
  readonly processes: ManagedProcess[] = [];
  /** Called when every process has ended. */
  release: () => void = () => undefined;

  constructor(private readonly options: SystemOptions) {}

  progress(text: string): void {
    if (this.options.signal?.aborted) throw new StartError('Stopped while starting.');
    this.options.onProgress?.(text);
  }

  adopt<T extends ManagedProcess>(process: T): T {
    this.processes.push(process);
    process.supervised = this.options.supervise;
    process.on('line', (line) => this.options.onLine?.(process.name, line));
    this.options.onProcess?.(process);
    return process;
  }

  async engines(portOf: (name: string) => number): Promise<Storage> {
    const { options } = this;
    this.progress('Starting PostgreSQL and Redis …');
    const engines = await prepareEngines({ ...options, quick: options.quick ?? false, portOf });
    const { postgres, databaseCluster, redis, redisGroup } = engines;
    const groups = [databaseCluster, redisGroup].flatMap((group) => group?.processes ?? []);
    [postgres, redis, ...groups].forEach((engine) => engine && this.adopt(engine));
    this.release = () => databaseCluster?.release();
    const ensemble = await this.prepareEnsemble(portOf);
    const [databaseUrl, redisUrl] = await Promise.all([
      startDatabase(engines, options.databaseUrl, (text) => this.progress(text)),
      startRedis(engines, options.redisUrl),
      ...ensemble.map((member) => member.start()),
    ]);
    const applied = await migrate(databaseUrl);
    const last = applied.at(-1);
    if (last) this.progress(`Migrations applied to the database: ${applied.length}, up to ${last}`);
    const seeded = await seedDatabase(databaseUrl);
    if (seeded > 0) this.progress(`Added ${seeded} sample patients`);
    return { ...engines, databaseUrl, redisUrl };
  }

  private async prepareEnsemble(portOf: (name: string) => number): Promise<ManagedProcess[]> {
    const { measurements, dataDir } = this.options;
    if (!measurements) return [];
    this.progress('Starting ZooKeeper …');
    const members = await prepareEnsemble(dataDir, ensemblePlaces(portOf));
    return members.map((member) => this.adopt(member));
  }

  async services(
    portOf: (name: string) => number,
    system: Pick<System, 'databaseUrl' | 'redisUrl' | 'tokens' | 'databaseCluster'>,
  ): Promise<void> {
    const { options } = this;
    const places = servicePlaces(options);
    const program = await getPrograms(places, options);
    this.progress(`Starting ${places.map(({ name }) => name).join(', ')} …`);
    const around = {
      shape: options,
      supervisorUrl: options.supervisorUrl,
      dataFolder: options.dataDir,
      balancerFolder: join(options.dataDir, options.balancer ?? ''),
      portOf,
      ledgerFile: join(options.dataDir, 'gateway-ledger.ndjson'),
      acceptRetryMs: process.env['ACCEPT_RETRY_MS']
        ? undefined
        : system.databaseCluster?.patienceMs,
      ...system,
    };
    const services = places.map((place) => {
      const usual = { ...serviceEnvironment(place, around), ...options.env };
      const env = { ...usual, ...options.serviceEnv?.(place.name, place.kind, usual) };
      checkBalancerTimeout(place, options, { ...process.env, ...env });
      const nodeArgs = getNodeArgs(place, options);
      return this.adopt(
        serviceProcess(place, { program: program(place), port: portOf(place.name), env, nodeArgs }),
      );
    });
    await Promise.all(services.map((service) => service.start()));
  }

  /** Starts the balancer last, so that its first answer comes from an instance. */
  async balancer(portOf: (name: string) => number): Promise<void> {
    const { balancer, dataDir, pool: changes } = this.options;
    if (!balancer) return;
    this.progress(`Starting ${balancer} …`);
    const pool = balancerPool({ ...this.options, balancer }, portOf, changes);
    await this.adopt(await prepareBalancer({ balancer, pool, dataDir })).start();
  }
}

/** @throws StartError when a part does not start; no process is left running then. */
export async function startSystem(options: SystemOptions): Promise<System> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const starting = new Starting(options);
  const abort = (): void => void stopAll(starting.processes);
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    const tokens = options.tokens ?? makeTokens();
    const places = [
      ...servicePlaces(options),
      ...balancerPlaces(options),
      ...enginePlaces(options),
    ];
    const portOf = await choosePorts(places, options);
    const engines = await starting.engines(portOf);
    const serviceUrl = engines.databaseCluster?.toServiceUrl(DATABASE_NAME);
    const databaseUrl = serviceUrl ?? engines.databaseUrl;
    await starting.services(portOf, { ...engines, databaseUrl, tokens });
    await starting.balancer(portOf);
    if (options.signal?.aborted) throw new StartError('Stopped while starting.');
    return toSystem(starting.processes, { ...engines, tokens });
  } catch (error) {
    await stopAll(starting.processes);
    starting.release();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

function toSystem(processes: ManagedProcess[], base: Storage & Pick<System, 'tokens'>): System {
  const ofKind = (kind: ProcessKind): ManagedProcess[] =>
    processes.filter((process) => process.kind === kind);
  return {
    ...base,
    patients: ofKind('patients'),
    monitors: ofKind('monitor'),
    replicas: ofKind('payments'),
    gateway: ofKind('gateway')[0] ?? null,
    balancer: processes.find((process) => process instanceof BalancerProcess) ?? null,
    ensemble: ofKind('zookeeper'),
    devices: ofKind('device'),
    measurements: ofKind('measurements')[0] ?? null,
    processes: [
      ...processes.filter(({ kind }) => !ENGINES.has(kind)),
      ...processes.filter(({ kind }) => ENGINES.has(kind)),
    ],
    process: (name) => {
      const found = processes.find((process) => process.name === name);
      if (!found) throw new Error(`There is no process ${name}`);
      return found;
    },
    pids: () =>
      Object.fromEntries(processes.flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid]]))),
    stop: async () => {
      await stopAll(processes);
      base.databaseCluster?.release();
    },
    kill: () => {
      processes.forEach((process) => (process.supervised = false));
      processes.forEach((process) => process.kill('SIGKILL'));
    },
  };
}
