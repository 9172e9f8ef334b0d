/**
 * A real replicated PostgreSQL: acknowledged rows survive the death of the primary's whole node,
 * and the node returns as a standby.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { NodeProcess } from '../../../local/engines/patroni.js';
import { freePort } from '../../../local/processes/ports.js';
import { isAlive } from '../../../local/processes/process-tree.js';
import { isWhole, type DatabaseNode as NodeView } from '../../../shared/record/nodes.js';
import { eventually } from '../../support/eventually.js';
import { startTestCluster, type TestCluster } from '../../support/postgres-cluster.js';
import { describeWith } from '../../support/tools.js';

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describeWith('patroni', 'a replicated PostgreSQL', () => {
  let started: TestCluster;
  beforeAll(async () => {
    started = await startTestCluster({ route: { name: 'postgres_route', port: await freePort() } });
  }, 120_000);
  afterAll(() => started.remove());

  const find = async (role: NodeView['role']): Promise<NodeProcess> => {
    const view = (await started.cluster.readNodes()).find((node) => node.role === role);
    const found = started.cluster.nodes.find(({ node }) => node.name === view?.name);
    if (!found) throw new Error(`no node is ${role}`);
    return found;
  };

  it('has one primary, one synchronous standby and one more standby', async () => {
    await eventually(async () => isWhole(await started.cluster.readNodes()), {
      what: 'all nodes follow the primary',
    });
    const nodes = await started.cluster.readNodes();
    expect(nodes.map(({ role }) => role).sort()).toEqual(['primary', 'standby', 'sync-standby']);
    expect(new Set(nodes.map(({ timeline }) => timeline)).size).toBe(1);
  });

  it('runs with the durability of PostgreSQL and waits for a standby', async () => {
    const url = started.cluster.toNodeUrl(await find('primary'), 'postgres');
    const settings = await query(
      url,
      "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'wal_log_hints') ORDER BY name",
    );
    expect(settings.map(({ setting }) => setting)).toEqual(['on', 'on', 'on', 'on', 'on']);
    const [names] = await query(url, 'SHOW synchronous_standby_names');
    expect(names?.['synchronous_standby_names']).toMatch(/postgres_\d/);
  });

  it('requires its passwords, which only the owner can read', async () => {
    const node = await find('primary');
    const url = started.cluster.toNodeUrl(node, 'postgres');
    await expect(query(url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(
      /password authentication failed/,
    );
    const answer = await fetch(`${node.url}/restart`, {
      method: 'POST',
      body: '{}',
      signal: AbortSignal.timeout(5_000),
    });
    expect(answer.status).toBe(401);
    for (const file of ['secrets.json', `${node.node.name}/patroni.yml`])
      expect(statSync(join(started.folder, file)).mode & 0o777).toBe(0o600);
  });

  it('hands the primary over on request: a standby is promoted and the others follow it', async () => {
    const { cluster } = started;
    const before = await eventually(
      async () => {
        const nodes = await cluster.readNodes();
        return isWhole(nodes) ? nodes : null;
      },
      { what: 'all nodes follow the primary' },
    );
    const former = await cluster.switchOver();
    expect(former.node.name).toBe(before.find(({ role }) => role === 'primary')?.name);
    const after = await eventually(
      async () => {
        const nodes = await cluster.readNodes();
        return isWhole(nodes) ? nodes : null;
      },
      { what: 'all nodes follow the new primary', deadlineMs: 45_000 },
    );
    // Each promotion begins a timeline.
    const toTimeline = (nodes: readonly NodeView[]): number =>
      nodes.find(({ role }) => role === 'primary')?.timeline ?? 0;
    expect(toTimeline(after)).toBeGreaterThan(toTimeline(before));
  });

  it('keeps every acknowledged row when the primary node is killed, and the node returns', async () => {
    const { cluster } = started;
    const old = await find('primary');
    await query(cluster.toNodeUrl(old, 'postgres'), 'CREATE TABLE kept (number int PRIMARY KEY)');
    await query(
      cluster.toNodeUrl(old, 'postgres'),
      'INSERT INTO kept SELECT generate_series(1, 1000)',
    );
    const killed = [old.pid ?? 0, old.postmasterPid ?? 0];
    expect(killed.every(isAlive)).toBe(true);
    old.kill();
    await eventually(() => !killed.some(isAlive), { what: 'the whole node has ended' });
    const added = await eventually(
      async () => {
        const primary = await find('primary');
        if (primary === old) return null;
        const rows = await query(
          cluster.toNodeUrl(primary, 'postgres'),
          'INSERT INTO kept SELECT max(number) + 1 FROM kept RETURNING number',
        );
        return rows[0]?.['number'];
      },
      { what: 'another node accepts writes' },
    );
    expect(added).toBeGreaterThan(1000);
    await eventually(async () => isWhole(await cluster.readNodes()), {
      what: 'the node follows the new primary',
    });
    const [row] = await query(
      cluster.toNodeUrl(old, 'postgres'),
      'SELECT max(number) >= 1001 AS whole, min(number) AS first, pg_is_in_recovery() AS standby FROM kept',
    );
    expect(row).toEqual({ whole: true, first: 1, standby: true });
  });

  it('has a HAProxy that passes connections on to the primary, also after a switchover', async () => {
    const { cluster } = started;
    const url = cluster.toServiceUrl('postgres').replace(/\?.*/, '');
    const reachesPrimary = async (): Promise<boolean> => {
      const [row] = await query(
        url,
        'SELECT inet_server_port() AS port, pg_is_in_recovery() AS standby',
      );
      const primary = await cluster.findPrimary();
      return row?.['port'] === primary?.node.port && row?.['standby'] === false;
    };
    expect(await reachesPrimary()).toBe(true);
    const former = await cluster.switchOver();
    await eventually(
      async () => (await cluster.findPrimary()) !== former && (await reachesPrimary()),
      { what: 'HAProxy reaches the new primary', deadlineMs: 30_000 },
    );
  });
});
