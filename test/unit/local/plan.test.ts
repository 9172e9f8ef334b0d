import { deviceEnvironment } from '../../../local/measurement-places.js';
import {
  balancerPlaces,
  clusterPlaces,
  enginePlaces,
  ownEnginePlaces,
  serviceEnvironment,
  servicePlaces,
  type Shape,
} from '../../../local/plan.js';

const LARGEST: Shape = { monitors: 5, replicas: 9, patients: 9, gateway: 'http' };

describe('the plan of a system', () => {
  it('has the published names and ports', () => {
    const places = servicePlaces({ monitors: 3, replicas: 3, patients: 2, gateway: 'simulated' });
    expect(places.map(({ name, fixedPort }) => `${name} ${fixedPort}`)).toEqual([
      'patients_1 4000',
      'patients_2 4001',
      'monitor_1 5000',
      'monitor_2 5010',
      'monitor_3 5020',
      'server_1 5001',
      'server_2 5002',
      'server_3 5003',
    ]);
  });

  it('never has a port twice, even in the largest system', () => {
    for (const [record, queue] of [
      ['single', 'single'],
      ['cluster', 'group'],
    ] as const) {
      const places = [
        ...servicePlaces({ ...LARGEST, balancer: 'nginx', measurements: true }),
        ...balancerPlaces({ ...LARGEST, balancer: 'nginx' }),
        ...enginePlaces({ record, queue, measurements: true }),
      ];
      expect(new Set(places.map(({ fixedPort }) => fixedPort)).size).toBe(places.length);
      expect(new Set(places.map(({ name }) => name)).size).toBe(places.length);
    }
  });

  it('an external engine needs no port, and neither do its Sentinels', () => {
    const group = { record: 'single', queue: 'group' } as const;
    const kinds = (given: Parameters<typeof ownEnginePlaces>[1]): string[] =>
      ownEnginePlaces(group, given).map(({ kind }) => kind);
    expect(kinds({ redisUrl: 'redis://r' })).toEqual(['postgres']);
    expect(kinds({ databaseUrl: 'postgresql://d' })).toEqual([
      ...Array<string>(3).fill('redis'),
      ...Array<string>(3).fill('sentinel'),
    ]);
  });

  it('each replica has a measuring device, which knows the whole ensemble', () => {
    const shape: Shape = { ...LARGEST, replicas: 2, measurements: true };
    const places = [...servicePlaces(shape), ...enginePlaces(shape)];
    const portOf = (wanted: string): number =>
      places.find(({ name }) => name === wanted)?.fixedPort ?? 0;
    const devices = places.filter(({ kind }) => kind === 'device');
    expect(devices.map(({ name, fixedPort }) => [name, fixedPort])).toEqual([
      ['device_1', 5211],
      ['device_2', 5212],
    ]);
    expect(deviceEnvironment('device_2', portOf)).toEqual({
      ZOOKEEPER: '127.0.0.1:5501,127.0.0.1:5502,127.0.0.1:5503',
      REPLICA_URL: 'http://127.0.0.1:5002',
      API_URL: 'http://127.0.0.1:5200/nuevo',
    });
  });

  it('the measurements have their own ensemble, also beside external engines', () => {
    const given = { databaseUrl: 'postgresql://d', redisUrl: 'redis://r' };
    const places = ownEnginePlaces({ measurements: true }, given);
    expect(places.map(({ fixedPort }) => fixedPort).toSorted()).toEqual([
      5501, 5502, 5503, 5511, 5512, 5513, 5521, 5522, 5523,
    ]);
  });

  it('the cluster has a port of its own for every node and etcd member', () => {
    const places = enginePlaces({ record: 'cluster' });
    const portOf = (wanted: string): number =>
      places.find(({ name }) => name === wanted)?.fixedPort ?? 0;
    const { nodes, etcd } = clusterPlaces(portOf);
    expect(nodes[2]).toEqual({ name: 'postgres_3', port: 5463, restPort: 5473 });
    expect(etcd[0]).toEqual({ name: 'etcd_1', port: 5481, peerPort: 5491 });
  });

  const environmentOf = (
    name: string,
    shape: Shape,
    acceptRetryMs?: number,
  ): Record<string, string> => {
    const place = servicePlaces(shape).find((candidate) => candidate.name === name);
    if (!place) throw new Error(`no ${name}`);
    return serviceEnvironment(place, {
      shape,
      portOf: (other) =>
        100 + servicePlaces(shape).findIndex((candidate) => candidate.name === other),
      databaseUrl: 'postgresql://d',
      redisUrl: 'redis://r',
      tokens: { api: 'a', operator: 'o', internal: 'i' },
      balancerFolder: '/data/haproxy',
      dataFolder: '/data',
      ledgerFile: '/ledger',
      acceptRetryMs,
    });
  };
  const shape: Shape = { monitors: 1, replicas: 2, patients: 1, gateway: 'http' };

  it('gives monitors the addresses of every replica, monitor and patients instance', () => {
    expect(environmentOf('monitor_1', shape)).toMatchObject({
      ID: 'monitor_1',
      PORT: '101',
      REPLICAS: 'server_1=http://127.0.0.1:102,server_2=http://127.0.0.1:103',
      MONITORS: 'monitor_1=http://127.0.0.1:101',
      PATIENTS: 'patients_1=http://127.0.0.1:100',
    });
  });

  it('gives the instances of patients and their callers a patience, if there is one', () => {
    for (const name of ['patients_1', 'monitor_1']) {
      expect(environmentOf(name, shape, 12_000)).toHaveProperty('ACCEPT_RETRY_MS', '12000');
      expect(environmentOf(name, shape)).not.toHaveProperty('ACCEPT_RETRY_MS');
    }
  });

  it('gives replicas the address of the gateway, if there is one', () => {
    expect(environmentOf('server_2', shape)).toMatchObject({
      GATEWAY: 'http',
      GATEWAY_URL: 'http://127.0.0.1:104',
      INTERNAL_TOKEN: 'i',
    });
    expect(environmentOf('server_2', { ...shape, gateway: 'simulated' })).not.toHaveProperty(
      'GATEWAY_URL',
    );
    expect(environmentOf('gateway', shape)).toMatchObject({ GATEWAY_LEDGER_FILE: '/ledger' });
  });
});
