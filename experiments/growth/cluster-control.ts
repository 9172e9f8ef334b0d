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
/** In the refusal of a hand-over whose target is not ready to lead. */
const NOT_READY = '"NO_CANDIDATE"';
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
    await this.handOver(name);
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

  /** A replica that is alive may not be ready to lead yet: the monitor refuses until it is. */
  private handOver(name: string): Promise<boolean> {
    const order = { to: name, reason: 'the experiment inserts a backlog' };
    const isDone = async (): Promise<boolean> => {
      const refusal = await this.send('/handover', order);
      if (refusal !== null && !refusal.includes(NOT_READY)) throw new Error(refusal);
      return refusal === null;
    };
    return waitFor(`a hand-over to ${name}`, this.signal, isDone, 10 * POLL_MS);
  }

  private async setState(name: string, state: 'ready' | 'maint'): Promise<void> {
    const order = { state, reason: 'an experiment' };
    const refusal = await this.send(`/replicas/${name}/state`, order);
    if (refusal !== null) throw new Error(refusal);
  }

  /** @returns null when the monitor performed the order, otherwise its refusal. */
  private async send(path: string, body: unknown): Promise<string | null> {
    const { monitors, tokens } = this.cluster.system;
    const answer = await fetch(`${monitors[0]?.url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(DEADLINE_MS),
      headers: { 'authorization': `Bearer ${tokens.operator}`, 'content-type': 'application/json' },
    });
    const text = await answer.text();
    return answer.ok ? null : `${path} was refused: HTTP ${answer.status} ${text}`;
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
