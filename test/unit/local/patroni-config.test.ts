/** The configuration file of a Patroni node: safe settings, loopback only, passwords required. */
import { parse } from 'yaml';
import {
  getSharedSettings,
  renderPatroni,
  type ClusterDescription,
} from '../../../local/engines/patroni-config.js';
import { createSettings } from '../../../local/engines/patroni-settings.js';

const CLUSTER: ClusterDescription = {
  scope: 'relevo-1',
  host: '127.0.0.1',
  etcdPorts: [5481, 5482, 5483],
  binDir: '/usr/lib/postgresql/15/bin',
  settings: createSettings({ patroniVersion: '3.0.2', etcdVersion: '3.4.23' }),
  quick: false,
};
const NODE = { name: 'postgres_2', port: 5462, restPort: 5472, folder: '/data/postgres_2' };
const SECRETS = { superuser: 'yes', replication: '1e3', rewind: 'a: b', restApi: '0x10' };

const render = (changes: Partial<ClusterDescription> = {}): string =>
  renderPatroni({ ...CLUSTER, ...changes }, NODE, SECRETS);

interface Rendered {
  name: string;
  restapi: { listen: string; authentication: unknown };
  etcd?: { hosts: string[] };
  etcd3?: { hosts: string[] };
  bootstrap: { dcs: Record<string, unknown>; initdb: unknown[] };
  postgresql: {
    listen: string;
    data_dir: string;
    pg_hba: string[];
    authentication: unknown;
    parameters: Record<string, string>;
  };
}
/** As Patroni reads it: YAML 1.1, in which `yes`, `1e3` and `0x10` are no texts without quotes. */
const read = (text: string): Rendered => parse(text, { version: '1.1' }) as Rendered;

describe('the configuration of a node', () => {
  it('has the places of the node', () => {
    expect(read(render())).toMatchObject({
      name: 'postgres_2',
      restapi: { listen: '127.0.0.1:5472' },
      etcd: { hosts: ['127.0.0.1:5481', '127.0.0.1:5482', '127.0.0.1:5483'] },
      postgresql: { listen: '127.0.0.1:5462', data_dir: '/data/postgres_2/data' },
    });
  });

  it('has the hosts of proxies for the others and for etcd, and keeps its own', () => {
    const through = { postgres: '127.1.0.1', rest: '127.1.0.2', etcd: ['127.1.0.3', '127.1.0.4'] };
    expect(read(renderPatroni(CLUSTER, { ...NODE, through }, SECRETS))).toMatchObject({
      restapi: { listen: '127.0.0.1:5472', connect_address: '127.1.0.2:5472' },
      etcd: {
        hosts: ['127.1.0.3:5481', '127.1.0.4:5482', '127.0.0.1:5483'],
        use_proxies: true,
      },
      postgresql: { listen: '127.0.0.1:5462', connect_address: '127.1.0.1:5462' },
    });
  });

  it('keeps every password as a text', () => {
    const { restapi, postgresql } = read(render());
    expect(restapi.authentication).toEqual({ username: 'relevo', password: '0x10' });
    expect(postgresql.authentication).toEqual({
      superuser: { username: 'postgres', password: 'yes' },
      replication: { username: 'replicator', password: '1e3' },
      rewind: { username: 'rewind', password: 'a: b' },
    });
  });

  it('accepts only connections with a password from this machine', () => {
    const { pg_hba: rules, parameters } = read(render()).postgresql;
    expect(rules).toHaveLength(2);
    for (const rule of rules) expect(rule).toMatch(/^host \S+ \S+ 127\.0\.0\.1\/32 scram-sha-256$/);
    expect(parameters['unix_socket_directories']).toBe('');
    expect(render()).not.toContain('trust');
  });

  it('waits for two nodes at each commit, and changes the primary at once', () => {
    expect(read(render()).bootstrap.dcs).toMatchObject({
      ttl: 3,
      loop_wait: 1,
      retry_timeout: 1,
      primary_start_timeout: 0,
      synchronous_mode: true,
      synchronous_mode_strict: true,
      failsafe_mode: true,
      postgresql: { use_pg_rewind: true, parameters: { wal_log_hints: 'on' } },
    });
  });

  it('keeps log for a returning node without slots, which exist too late after a promotion', () => {
    expect(read(render()).bootstrap.dcs).toMatchObject({
      postgresql: { use_slots: false, parameters: { wal_keep_size: '1024MB' } },
    });
  });

  it('leaves the durability of PostgreSQL as it is', () => {
    expect(render()).not.toMatch(/fsync|synchronous_commit|full_page_writes|no-?sync/);
  });

  it('takes further parameters, and smaller buffers for tests', () => {
    const settings = getSharedSettings({
      ...CLUSTER,
      quick: true,
      parameters: { work_mem: '8MB' },
    });
    expect(settings['postgresql']).toMatchObject({
      parameters: { shared_buffers: '32MB', work_mem: '8MB' },
    });
  });

  it('refuses unsafe settings; the control of the lab names them', () => {
    const unsafe = { ...CLUSTER.settings, protocol: 'etcd3' as const };
    expect(() => render({ settings: unsafe })).toThrow(/etcd3 with Patroni 3\.0\.2/);
    const control = render({ settings: { ...unsafe, unsafePermitsLostCommits: true } });
    expect(read(control)).toHaveProperty('etcd3.hosts');
    expect(read(control)).not.toHaveProperty('etcd');
  });
});
