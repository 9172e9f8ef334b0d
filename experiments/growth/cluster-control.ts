/**
 * Controls the leadership, as an operator does. A backlog can only be inserted while no replica
 * leads, so an additional replica (beyond the usual three) parks the leadership: it receives the
 * leadership, the others are set to maintenance, and it is killed. No replica is elected until one
 * is set to ready.
 */
import type { ManagedProcess } from '../../local/processes/processes.js';
import { startAgain } from '../faults/processes.js';
import type { Status } from '../../shared/contracts/status.js';
import type { Cluster } from '../system/cluster.js';
import { fetchStatus } from '../system/monitor-status.js';
import { waitFor } from './rows.js';

const DEADLINE_MS = 60_000;
/** Between two requests to the monitor while processes start. */
const POLL_MS = 25;
/** The replica after these is the one that parks the leadership. */
export const REPLICAS = 3;

export class ClusterControl {
  private readonly aside: ManagedProcess;
  readonly replicas: readonly ManagedProcess[];
  private isParked = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly signal: AbortSignal,
  ) {
    const { replicas } = cluster.system;
    this.replicas = replicas.slice(0, REPLICAS);
    this.aside = replicas[REPLICAS] as ManagedProcess;
  }

  /** Parks the cluster: all replicas up, none eligible to lead. */
  async park(): Promise<void> {
    if (this.isParked) return;
    const { name } = this.aside;
    await Promise.all([...this.replicas, this.aside].map(startAgain));
    await this.waitUntil(`${name} to be alive`, (status) => countAlive(status) > REPLICAS);
    await this.setState(name, 'ready');
    await this.post('/handover', { to: name, reason: 'the experiment inserts a backlog' });
    for (const replica of this.replicas) await this.setState(replica.name, 'maint');
    this.aside.kill('SIGKILL');
    await this.aside.exited;
    await this.waitUntil(
      'the leadership to be vacant',
      ({ partitions: [partition] }) => partition?.phase === 'no-candidate',
    );
    this.isParked = true;
  }

  /** Makes these replicas eligible, the first one at once. Resolves when the first one leads. */
  async release(first: string, ...others: readonly string[]): Promise<void> {
    this.isParked = false;
    for (const name of [first, ...others]) await this.setState(name, 'ready');
    await this.waitUntil(`${first} to lead`, ({ partitions: [partition], replicas }) =>
      replicas.some(
        ({ id, role, term }) => id === first && role === 'leading' && term === partition?.term,
      ),
    );
  }

  /** Restarts the replicas with another environment. Must be called while the cluster is parked. */
  async restartReplicas(environment: Readonly<Record<string, string>>): Promise<void> {
    for (const replica of [...this.replicas, this.aside]) replica.instruct(environment);
    await Promise.all(this.replicas.map((replica) => replica.restart()));
    await this.waitUntil('all replicas to be alive', (status) => countAlive(status) >= REPLICAS);
  }

  private setState(name: string, state: 'ready' | 'maint'): Promise<void> {
    return this.post(`/replicas/${name}/state`, { state, reason: 'an experiment' });
  }

  private async post(path: string, body: unknown): Promise<void> {
    const { monitors, tokens } = this.cluster.system;
    const answer = await fetch(`${monitors[0]?.url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(DEADLINE_MS),
      headers: { 'authorization': `Bearer ${tokens.operator}`, 'content-type': 'application/json' },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} was refused: HTTP ${answer.status} ${text}`);
  }

  /** @throws Error when the condition does not hold in time. */
  private async waitUntil(what: string, holds: (status: Status) => boolean): Promise<void> {
    const { monitors, tokens } = this.cluster.system;
    const monitor = monitors[0] as ManagedProcess;
    const look = async (): Promise<boolean> =>
      holds(await fetchStatus(monitor, tokens.operator, DEADLINE_MS));
    await waitFor(what, this.signal, look, POLL_MS);
  }
}

const countAlive = ({ replicas }: Status): number =>
  replicas.filter(({ observed }) => observed === 'alive').length;
