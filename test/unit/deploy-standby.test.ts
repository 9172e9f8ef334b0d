/** The files for three machines in deploy/standby have the settings of `npm start -- --standby`. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { getSharedSettings, renderPatroni } from '../../local/engines/patroni-config.js';
import { createSettings } from '../../local/engines/patroni-settings.js';
import { serverSettings } from '../../local/engines/redis-group.js';
import { sentinelSettings } from '../../local/engines/sentinel.js';

const read = (name: string): string => readFileSync(`deploy/standby/${name}`, 'utf8');
const toLines = (text: string): string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

const VERSIONS = { patroniVersion: '3.0.2', etcdVersion: '3.4.23' };
const CLUSTER = {
  scope: 'relevo',
  host: '10.0.0.1',
  etcdPorts: [2379],
  binDir: '/usr/lib/postgresql/15/bin',
  settings: createSettings(VERSIONS, 'conservative'),
  quick: false,
};
const NODE = { name: 'postgres_1', port: 5432, restPort: 8008, folder: '/var' };
const SECRETS = { superuser: 's', replication: 'r', rewind: 'w', restApi: 'a' };

type Document = Record<string, Record<string, unknown>>;
const patroni = parse(read('patroni.yml')) as Document;
const rendered = parse(renderPatroni(CLUSTER, NODE, SECRETS)) as Document;

test('Patroni has the shared settings of the conservative profile', () => {
  expect(patroni['bootstrap']).toEqual({
    ...rendered['bootstrap'],
    dcs: getSharedSettings(CLUSTER),
  });
});

test('Patroni has every key that Relevo writes, and reaches etcd with a certificate', () => {
  expect(Object.keys(patroni).sort()).toEqual(Object.keys(rendered).sort());
  for (const part of ['restapi', 'postgresql'])
    expect(Object.keys(patroni[part] ?? {})).toEqual(Object.keys(rendered[part] ?? {}));
  expect(patroni['etcd']).toMatchObject({
    protocol: 'https',
    cacert: '/etc/relevo/tls/ca.crt',
    cert: '/etc/relevo/tls/machine.crt',
  });
});

test('PostgreSQL accepts only encrypted connections with a password', () => {
  const rules = patroni['postgresql']?.['pg_hba'] as string[];
  for (const rule of rules) expect(rule).toMatch(/^hostssl .* scram-sha-256$/);
});

test('etcd refuses clients and members without a certificate', () => {
  const etcd = parse(read('etcd.yml')) as Record<string, string | object>;
  for (const part of ['client-transport-security', 'peer-transport-security'])
    expect(etcd[part]).toMatchObject({ 'client-cert-auth': true });
  const addresses = Object.entries(etcd).filter(([name]) => /-urls$/.test(name));
  const plain = addresses.filter(([, url]) => typeof url === 'string' && url.startsWith('http:'));
  expect(plain.map(([name]) => name)).toEqual(['listen-metrics-urls']);
});

test('Redis has the settings of a server of the group', () => {
  const own = {
    dataDir: '/var/lib/redis',
    host: '127.0.0.1',
    port: 6379,
    password: 'REDIS_PASSWORD',
  };
  const expected = serverSettings(own, null).map((line) =>
    line.replace('127.0.0.1', '10.0.0.1').replace('"/var/lib/redis"', '/var/lib/redis'),
  );
  expect(toLines(read('redis.conf')).sort()).toEqual(expected.sort());
});

test('Sentinel has the settings of a Sentinel of the group', () => {
  const own = { folder: '/var/lib/redis', port: 26_379, password: 'REDIS_PASSWORD' };
  const expected = sentinelSettings({ ...own, primary: { host: '127.0.0.1', port: 6379 } }).map(
    (line) => line.replace('127.0.0.1', '10.0.0.1').replace('"/var/lib/redis"', '/var/lib/redis'),
  );
  expect(toLines(read('sentinel.conf')).sort()).toEqual(expected.sort());
});
