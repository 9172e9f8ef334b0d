/**
 * A client that bypasses the services: it writes rows to one database node, the primary at its
 * start, and to no other. It shows whether a former primary still acknowledges commits.
 */
import pg from 'pg';
import type { NodeProcess } from '../../local/engines/patroni.js';
import type { PostgresCluster } from '../../local/engines/postgres-cluster.js';
import { sleep } from '../../shared/clock.js';
import { connectOnce } from '../../shared/postgres/hosts/follow.js';
import type { DirectWrites } from './outage.js';

/** Not the database of the payments: only the lab uses this table. */
const DATABASE = 'postgres';
const CREATE = 'CREATE TABLE IF NOT EXISTS direct_write (id text PRIMARY KEY)';
/** Several, because a commit waits while no standby confirms it. */
const CONNECTIONS = 3;
const PAUSE_MS = 200;
const CONNECT_MS = 1_000;

type SynchronousCommit = 'on' | 'local';

let writers = 0;

export class DirectWriter {
  private readonly acknowledged: string[] = [];
  private readonly clients = new Set<pg.Client>();
  private readonly ended = new AbortController();
  private readonly prefix = `${process.pid}-${(writers += 1)}`;
  private readonly done: Promise<unknown>;

  private constructor(
    private readonly cluster: PostgresCluster,
    node: NodeProcess,
    private readonly synchronousCommit: SynchronousCommit,
  ) {
    const url = cluster.toNodeUrl(node, DATABASE);
    const loops = Array.from({ length: CONNECTIONS }, (_, index) => this.write(url, index));
    this.done = Promise.all(loops);
  }

  /**
   * @param synchronousCommit `local`: the control, whose commits do not wait for a standby.
   * @throws Error when the cluster accepts no writes.
   */
  static async start(
    cluster: PostgresCluster,
    synchronousCommit: SynchronousCommit = 'on',
  ): Promise<DirectWriter> {
    const client = await connectOnce(cluster.toUrl(DATABASE));
    try {
      await client.query(CREATE);
    } finally {
      await client.end();
    }
    const primary = await cluster.findPrimary();
    if (primary === null) throw new Error('no node is the primary');
    return new DirectWriter(cluster, primary, synchronousCommit);
  }

  /** Number of rows that the node acknowledged. */
  get count(): number {
    return this.acknowledged.length;
  }

  /** Ends the writes, and compares the acknowledged ones with the rows of the present primary. */
  async judge(): Promise<DirectWrites> {
    await this.stop();
    const client = await connectOnce(this.cluster.toUrl(DATABASE));
    try {
      const { rows } = await client.query<{ id: string }>(
        'SELECT id FROM direct_write WHERE starts_with(id, $1)',
        [`${this.prefix}-`],
      );
      const present = new Set(rows.map(({ id }) => id));
      const lost = this.acknowledged.filter((id) => !present.has(id));
      return { acknowledged: this.acknowledged.length, lost };
    } finally {
      await client.end();
    }
  }

  /** Ends the writes. May be called twice. */
  async stop(): Promise<void> {
    this.ended.abort();
    // A node that is frozen, or waits for a standby, does not answer.
    this.clients.forEach((client) => client.connection.stream.destroy());
    await this.done;
  }

  /** Writes one row after the other. A row without an answer does not count. */
  private async write(url: string, loop: number): Promise<void> {
    for (let number = 1; !this.ended.signal.aborted;) {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
      client.on('error', () => undefined);
      this.clients.add(client);
      try {
        await client.connect();
        await client.query(`SET synchronous_commit TO ${this.synchronousCommit}`);
        for (; !this.ended.signal.aborted; number += 1) {
          const id = `${this.prefix}-${loop}-${number}`;
          await client.query('INSERT INTO direct_write VALUES ($1)', [id]);
          this.acknowledged.push(id);
          await this.pause();
        }
      } catch {
        number += 1;
      } finally {
        this.clients.delete(client);
        client.connection.stream.destroy();
      }
      await this.pause();
    }
  }

  private async pause(): Promise<void> {
    await sleep(PAUSE_MS, this.ended.signal).catch(() => undefined);
  }
}
