/**
 * The system of the reports about balancers: instances of patients, each behind a proxy of the lab,
 * and a new balancer for each task, so that no task inherits the counters of another.
 */
import { join } from 'node:path';
import { prepareBalancer, type BalancerProcess } from '../../local/engines/balancer.js';
import { freePort } from '../../local/processes/ports.js';
import type { BalancerControl } from '../../shared/balancer/control.js';
import { createControl } from '../../shared/balancer/open-control.js';
import { createPool, type BalancerName, type Pool } from '../../shared/balancer/pool.js';
import { pollUntil } from '../../shared/wait-until.js';
import type { RunContext } from '../experiment.js';
import { SETTLE_MS } from '../scenarios/with-cluster.js';
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
  /**
   * Waits until the balancer regards the instance as up or down. @returns whether it does within 30
   * s. @throws AbortError
   */
  waitFor(instance: string, observed: 'up' | 'down'): Promise<boolean>;
}

export class ReplicatedWeb {
  private started = 0;

  private constructor(
    readonly cluster: Cluster,
    readonly links: InstanceLinks,
    private readonly balancer: BalancerName,
    private readonly signal: AbortSignal,
  ) {}

  /** Instances keep sessions in memory, as published. @throws as `openCluster`. */
  static async open(
    { balancer, patients }: { balancer: BalancerName; patients: number },
    { progress, signal }: Pick<RunContext<never>, 'progress' | 'signal'>,
  ): Promise<ReplicatedWeb> {
    const names = Array.from({ length: patients }, (_, index) => `patients_${index + 1}`);
    const ports = new Map<string, number>();
    const cluster = await openCluster({
      replicas: 1,
      monitors: 1,
      patients,
      gateway: 'simulated',
      env: { SESSION_STORE: 'memory', TRUST_PROXY: 'loopback', LOG_LEVEL: 'warn' },
      progress,
      signal,
    });
    try {
      for (const { name, port } of cluster.system.patients) ports.set(name, port);
      const links = await InstanceLinks.open(names, (name) => ports.get(name) ?? 0);
      cluster.beforeClose(() => links.close());
      await cluster.waitUntilSettled(1, SETTLE_MS);
      return new ReplicatedWeb(cluster, links, balancer, signal);
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  get instances(): string[] {
    return this.cluster.system.patients.map(({ name }) => name);
  }

  /** Starts a balancer, performs the task with it, and stops it. */
  async withBalancer<T>(
    changes: Partial<Pool>,
    task: (running: RunningBalancer) => Promise<T>,
  ): Promise<T> {
    const place = { host: HOST, port: await freePort(), adminPort: await freePort() };
    const pool = createPool({ ...place, members: this.links.members() }, changes);
    const dataDir = join(this.cluster.folder, `balancer-${(this.started += 1)}`);
    const process = await prepareBalancer({ balancer: this.balancer, pool, dataDir });
    const stop = (): void => void process.kill('SIGKILL');
    this.signal.addEventListener('abort', stop, { once: true });
    try {
      await process.start();
      const running = this.toRunning(process);
      for (const { name } of pool.members)
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
