import {
  ENGINE_PLACES,
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
    const ports = [...servicePlaces(LARGEST), ...ENGINE_PLACES].map(({ fixedPort }) => fixedPort);
    expect(new Set(ports).size).toBe(ports.length);
  });

  const environmentOf = (name: string, shape: Shape): Record<string, string> => {
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
      ledgerFile: '/ledger',
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
