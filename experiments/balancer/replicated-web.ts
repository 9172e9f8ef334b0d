/**
 * The system of the reports about balancers: instances of patients, and a new balancer for each
 * task, so that no task inherits the counters of another.
 */
import { join } from 'node:path';
import { prepareBalancer, type BalancerProcess } from '../../local/engines/balancer.js';
import { freePort } from '../../local/processes/ports.js';
import type { BalancerControl, ControlFile } from '../../shared/balancer/control.js';
import { createControl } from '../../shared/balancer/open-control.js';
import {
  createPool,
  DEFAULT_WEIGHT,
  type BalancerName,
  type Pool,
  type PoolMember,
} from '../../shared/balancer/pool.js';
import { pollUntil } from '../../shared/wait-until.js';
import type { RunContext } from '../experiment.js';
import { SETTLE_MS } from '../scenarios/with-cluster.js';
import type { Undo } from '../network/lane.js';
import { openCluster, type Cluster } from '../system/cluster.js';
import { InstanceLinks } from './instance-links.js';

const HOST = '127.0.0.1';
const POLL_MS = 20;
/** Longest wait for a state of an instance, ms: above the time of three checks that time out. */
const STATE_MS = 30_000;

/** A running balancer. */
export interface RunningBalancer {
  url: string;
  control: BalancerControl;
  /** Describes the balancer's own interface. */
  file: ControlFile;
  /**
   * Waits until the balancer regards the instance as up or down. @returns whether it does within 30
   * s. @throws AbortError
   */
  waitFor(instance: string, observed: 'up' | 'down'): Promise<boolean>;
  /** Loads the configuration again; the states of the instances stay. */
  reload(): Promise<void>;
}

export interface ReplicatedWebOptions {
  balancer: BalancerName;
  patients: number;
  /**
   * Puts a proxy before each instance, so that an instance can be slow. A proxy accepts connections
   * also while its instance is stopped. Default: false.
   */
  links?: boolean;
  env?: Readonly<Record<string, string>>;
  /** Number of this system among those that run at once, from 1. Default: 1. */
  copy?: number;
}

export class ReplicatedWeb {
  private started = 0;

  private constructor(
    readonly cluster: Cluster,
    private readonly links: InstanceLinks | null,
    private readonly balancer: BalancerName,
    private readonly signal: AbortSignal,
  ) {}

  /** Instances keep sessions in memory, as published. @throws as `openCluster`. */
  static async open(
    { balancer, patients, links = false, env = {}, copy = 1 }: ReplicatedWebOptions,
    { progress, signal }: Pick<RunContext<never>, 'progress' | 'signal'>,
  ): Promise<ReplicatedWeb> {
    const cluster = await openCluster({
      replicas: 1,
      monitors: 1,
      patients,
      gateway: 'simulated',
      copy,
      env: { SESSION_STORE: 'memory', TRUST_PROXY: 'loopback', LOG_LEVEL: 'warn', ...env },
      progress,
      signal,
    });
    try {
      const proxies = links ? await openLinks(cluster) : null;
      await cluster.waitUntilSettled(1, SETTLE_MS);
      return new ReplicatedWeb(cluster, proxies, balancer, signal);
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  get instances(): string[] {
    return this.cluster.system.patients.map(({ name }) => name);
  }

  /**
   * The instances as a balancer reaches them. @param weights that differ from the usual one.
   */
  members(weights: Readonly<Record<string, number>> = {}): PoolMember[] {
    return this.cluster.system.patients.map(({ name, port }) => ({
      name,
      host: HOST,
      port: this.links?.getPort(name) ?? port,
      weight: weights[name] ?? DEFAULT_WEIGHT,
    }));
  }

  /** Delays every answer of an instance. @throws RangeError without links. */
  slow(name: string, latencyMs: number): Undo {
    if (!this.links) throw new RangeError('There are no links');
    return this.links.slow(name, latencyMs);
  }

  /**
   * Starts a balancer, performs the task with it, and stops it. @param balancer default: that of
   * the options.
   */
  async withBalancer<T>(
    changes: Partial<Pool>,
    task: (running: RunningBalancer) => Promise<T>,
    balancer = this.balancer,
  ): Promise<T> {
    const place = { host: HOST, port: await freePort(), adminPort: await freePort() };
    const pool = createPool({ ...place, members: this.members() }, changes);
    const dataDir = join(this.cluster.folder, `balancer-${(this.started += 1)}`);
    const process = await prepareBalancer({ balancer, pool, dataDir });
    const stop = (): void => void process.kill('SIGKILL');
    this.signal.addEventListener('abort', stop, { once: true });
    try {
      await process.start();
      const running = this.toRunning(process);
      // nginx does not check instances.
      for (const { name } of balancer === 'nginx' ? [] : pool.members)
        if (!(await running.waitFor(name, 'up'))) throw new Error(`${name} is not up`);
      return await task(running);
    } finally {
      this.signal.removeEventListener('abort', stop);
      await process.stop();
    }
  }

  private toRunning(process: BalancerProcess): RunningBalancer {
    const control = createControl(process.control);
    return {
      url: process.url ?? '',
      control,
      file: process.control,
      reload: () => process.reload(),
      waitFor: (instance, observed) => {
        const look = async (): Promise<boolean> =>
          (await control.read()).some(
            (member) => member.name === instance && member.observed === observed,
          );
        return pollUntil(look, { deadlineMs: STATE_MS, pollMs: POLL_MS, signal: this.signal });
      },
    };
  }
}

async function openLinks(cluster: Cluster): Promise<InstanceLinks> {
  const { patients } = cluster.system;
  const links = await InstanceLinks.open(new Map(patients.map(({ name, port }) => [name, port])));
  cluster.beforeClose(() => links.close());
  return links;
}
