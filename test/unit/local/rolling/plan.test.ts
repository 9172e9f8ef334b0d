/** The order of a rolling restart. */
import { describe, expect, test } from '@jest/globals';
import { planRestart, type RestartFacts } from '../../../../local/rolling/plan.js';

const ready = (...names: string[]): { name: string; admin: 'ready' }[] =>
  names.map((name) => ({ name, admin: 'ready' }));

const FACTS: RestartFacts = {
  instances: ready('patients_1', 'patients_2'),
  replicas: ready('server_1', 'server_2', 'server_3'),
  leader: 'server_2',
  monitors: ['monitor_1', 'monitor_2', 'monitor_3'],
  gateway: 'gateway',
  rounds: null,
  balancer: 'haproxy',
  longestPaymentMs: 65_000,
};
const plan = (changes: Partial<RestartFacts> = {}): string[] =>
  planRestart({ ...FACTS, ...changes }).map(({ name, does }) => `${name}: ${does}`);

describe('the plan of a rolling restart', () => {
  test('restarts callers before the services that they call, and the leader after the standbys', () => {
    expect(plan()).toEqual([
      'patients_1: drain, maint, restart, ready',
      'patients_2: drain, maint, restart, ready',
      'server_1: restart',
      'server_3: restart',
      'server_2: hand over, restart',
      'monitor_1: restart, wait for a leader',
      'monitor_2: restart, wait for a leader',
      'monitor_3: restart, wait for a leader',
      'gateway: restart; charges are retried',
      'haproxy: reload without losing a request',
    ]);
  });

  test('restarts the measurement rounds after the payments, and each of their leaders last', () => {
    const steps = plan({
      rounds: {
        devices: ['device_1', 'device_2'].map((name, at) => ({ name, leads: at === 0 })),
        api: 'measurements',
        members: ['zookeeper_1', 'zookeeper_2', 'zookeeper_3'].map((name, at) => ({
          name,
          leads: at === 1,
        })),
      },
    });
    expect(steps.slice(steps.indexOf('gateway: restart; charges are retried') + 1)).toEqual([
      'device_2: restart, wait until it takes part',
      'device_1: restart, wait until it takes part',
      'measurements: restart; the mean of a round waits',
      'zookeeper_1: restart, wait for all 3 members',
      'zookeeper_3: restart, wait for all 3 members',
      'zookeeper_2: restart, wait for all 3 members',
      'haproxy: reload without losing a request',
    ]);
  });

  test('a step leaves time for the three waits of a drained instance', () => {
    const deadlineOf = (longestPaymentMs: number): number =>
      planRestart({ ...FACTS, longestPaymentMs })[0]?.deadlineMs ?? 0;
    expect(deadlineOf(65_000) - 3 * 65_000).toBeGreaterThanOrEqual(60_000);
    expect(deadlineOf(95_000) - deadlineOf(65_000)).toBe(3 * 30_000);
  });

  test('a balancer that closes kept connections says so', () => {
    expect(plan({ balancer: 'nginx' }).at(-1)).toMatch(/^nginx: reload; it closes the kept/);
  });

  test('without a balancer and a gateway, nothing is drained or reloaded', () => {
    const steps = plan({ balancer: null, gateway: null, monitors: ['monitor_1'] });
    expect(steps.slice(0, 1)).toEqual(['patients_1: restart']);
    expect(steps.at(-1)).toBe('monitor_1: restart, wait for a leader');
  });

  test('the state that an operator chose stays', () => {
    const steps = plan({
      instances: [{ name: 'patients_1', admin: 'maint' }],
      replicas: [{ name: 'server_1', admin: 'drain' }, ...ready('server_2', 'server_3')],
    });
    expect(steps[0]).toBe('patients_1: restart; it stays in maint');
    expect(steps).toContain('server_1: restart; it stays in drain');
  });

  test('without another replica that may lead, the leader does not hand over', () => {
    const replicas = [...ready('server_2'), { name: 'server_1', admin: 'maint' as const }];
    expect(plan({ replicas })).toContain('server_2: restart; no other may lead, payments wait');
  });
});
