/** Names of links, the links of a system, and the routing of services through them. */
import { describe, expect, test } from '@jest/globals';
import { leadThrough } from '../../../experiments/network/link-addresses.js';
import {
  directionsOf,
  isSameTarget,
  linkNames,
  pairsOf,
} from '../../../experiments/network/link-names.js';

describe('names of links', () => {
  test('a link both ways is its two directions, any other name is itself', () => {
    expect(directionsOf('monitor_1-server_2')).toEqual([
      'monitor_1>server_2',
      'server_2>monitor_1',
    ]);
    expect(directionsOf('monitor_1>server_2')).toEqual(['monitor_1>server_2']);
    expect(directionsOf('server_2')).toEqual(['server_2']);
  });

  test('a link both ways has two names, a single way has one', () => {
    expect(isSameTarget('a-b', 'b-a')).toBe(true);
    expect(isSameTarget('a-b', 'a-b')).toBe(true);
    expect(isSameTarget('a>b', 'b>a')).toBe(false);
    expect(isSameTarget('a-b', 'a>b')).toBe(false);
    expect(isSameTarget('a', 'b')).toBe(false);
  });

  test('every path of a system, each pair once', () => {
    const names = linkNames(pairsOf({ patients: 1, monitors: 2, replicas: 1, gateway: 'http' }));
    expect([...names].sort()).toEqual([
      'monitor_1-monitor_2',
      'monitor_1-postgres',
      'monitor_1-redis',
      'monitor_1-server_1',
      'monitor_2-postgres',
      'monitor_2-redis',
      'monitor_2-server_1',
      'patients_1-postgres',
      'patients_1-redis',
      'server_1-gateway',
      'server_1-postgres',
      'server_1-redis',
    ]);
  });

  test('a database cluster and a Redis group have no links', () => {
    const standby = { record: 'cluster', queue: 'group' } as const;
    const shape = { patients: 1, monitors: 1, replicas: 1, gateway: 'http', ...standby } as const;
    expect(linkNames(pairsOf(shape))).toEqual(['monitor_1-server_1', 'server_1-gateway']);
  });

  test('each device has a path to each member of the ensemble', () => {
    const shape = { patients: 0, monitors: 0, replicas: 2, gateway: 'simulated' } as const;
    const names = linkNames(pairsOf({ ...shape, measurements: true }));
    expect(names.filter((name) => name.startsWith('device_2'))).toEqual([
      'device_2-zookeeper_1',
      'device_2-zookeeper_2',
      'device_2-zookeeper_3',
    ]);
  });

  test('two that connect to each other are two paths of one link', () => {
    const pairs = pairsOf({ patients: 0, monitors: 2, replicas: 0, gateway: 'simulated' });
    expect(pairs).toContainEqual({ from: 'monitor_1', to: 'monitor_2' });
    expect(pairs).toContainEqual({ from: 'monitor_2', to: 'monitor_1' });
  });

  test('without the stand-alone gateway no part has a path to it', () => {
    expect(
      linkNames(pairsOf({ patients: 1, monitors: 1, replicas: 2, gateway: 'simulated' })).filter(
        (name) => /gateway/.test(name),
      ),
    ).toEqual([]);
  });
});

test('addresses of several hosts stay unchanged', () => {
  const env = {
    DATABASE_URL: 'postgresql://a:b@127.0.0.1:1,127.0.0.1:2/relevo?target_session_attrs=read-write',
    REDIS_URL: 'redis+sentinel://:c@127.0.0.1:3,127.0.0.1:4/relevo',
  };
  expect(leadThrough(env, (_to, port) => port + 1)).toEqual(env);
});

describe('routing through links', () => {
  const detour = (to: string, port: number): number | null =>
    to === 'monitor_1' ? null : port + 1_000;

  test('each address of another part gets its port changed, nothing else', () => {
    expect(
      leadThrough(
        {
          PORT: '5000',
          DATABASE_URL: 'postgresql://user:secret@127.0.0.1:5454/relevo',
          REDIS_URL: 'redis://127.0.0.1:6390',
          GATEWAY_URL: 'http://127.0.0.1:5100',
          REPLICAS: 'server_1=http://127.0.0.1:5001,server_2=http://127.0.0.1:5002',
          MONITORS: 'monitor_1=http://127.0.0.1:5000,monitor_2=http://127.0.0.1:5010',
        },
        detour,
      ),
    ).toEqual({
      DATABASE_URL: 'postgresql://user:secret@127.0.0.1:6454/relevo',
      REDIS_URL: 'redis://127.0.0.1:7390',
      GATEWAY_URL: 'http://127.0.0.1:6100',
      REPLICAS: 'server_1=http://127.0.0.1:6001,server_2=http://127.0.0.1:6002',
      MONITORS: 'monitor_1=http://127.0.0.1:5000,monitor_2=http://127.0.0.1:6010',
    });
  });

  test('the members of the ensemble are redirected by their position', () => {
    const parts: string[] = [];
    const changed = leadThrough(
      { ZOOKEEPER: '127.0.0.1:1,127.0.0.1:2,127.0.0.1:3' },
      (to, port) => {
        parts.push(to);
        return port + 10;
      },
    );
    expect(changed).toEqual({ ZOOKEEPER: '127.0.0.1:11,127.0.0.1:12,127.0.0.1:13' });
    expect(parts).toEqual(['zookeeper_1', 'zookeeper_2', 'zookeeper_3']);
  });

  test('adds no variable that a service does not have', () => {
    expect(leadThrough({ PORT: '5000' }, detour)).toEqual({});
  });
});
