/** The doctor's checks of the load balancer: each with a good and a bad result. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { balancerCheck } from '../../../../cli/doctor/balancer.js';
import { ok } from '../../../../cli/doctor/finding.js';
import {
  judgeBalancerInstances,
  judgeBalancerPorts,
  judgeBalancerPrograms,
} from '../../../../cli/doctor/judge-balancer.js';
import { freePort } from '../../../../local/processes/ports.js';
import { toLevels, useDataFolder } from './findings.js';

const { around } = useDataFolder();

describe('load balancer', () => {
  const programs = (haproxy: string | null) => [
    { name: 'haproxy' as const, program: haproxy, version: haproxy && '2.6.12' },
    { name: 'nginx' as const, program: null, version: null },
  ];
  const ready = (name: string, observed: 'up' | 'down' = 'up') => ({
    name,
    admin: 'ready' as const,
    observed,
    detail: '',
  });
  const seen = (id: string, observed: 'alive' | 'suspect' = 'alive') => ({
    id,
    admin: 'ready' as const,
    observed,
  });

  it('names the installed programs; none is a warning, a lost one a problem', () => {
    expect(judgeBalancerPrograms(programs('/sbin/haproxy'), 'haproxy')).toEqual([
      ok('balancers', 'installed: HAProxy 2.6.12'),
    ]);
    expect(toLevels(judgeBalancerPrograms(programs(null), null))).toEqual(['warning']);
    expect(judgeBalancerPrograms(programs('/sbin/haproxy'), 'nginx')).toMatchObject([
      { level: 'problem', fix: expect.stringContaining('nginx-light') as string },
    ]);
  });
  it('finds a port without a listener, and one that another program has', () => {
    const port = { port: 4000, owner: 'haproxy (pid 7)', state: 'ours' } as const;
    expect(judgeBalancerPorts([port, { ...port, port: 4090 }], 'log')).toEqual([
      ok('balancer', 'listens on 4000 and 4090'),
    ]);
    expect(judgeBalancerPorts([{ ...port, owner: null, state: 'free' }], 'log')).toMatchObject([
      { level: 'problem', subject: 'port 4000', fix: 'log' },
    ]);
    expect(judgeBalancerPorts([{ ...port, state: 'taken' }], 'log')).toMatchObject([
      { level: 'problem', says: expect.stringContaining('haproxy (pid 7)') as string },
    ]);
  });
  it('compares each instance with the monitors and the record', () => {
    const states = [ready('patients_1'), ready('patients_2')];
    const judge = (patients: Parameters<typeof judgeBalancerInstances>[1]) =>
      judgeBalancerInstances(states, patients, 'log');
    expect(judge([seen('patients_1'), seen('patients_2')])).toEqual([
      ok('instances', '2 of 2 receive new clients'),
    ]);
    const drained = { ...seen('patients_1'), admin: 'drain' as const };
    expect(judge([drained, seen('patients_2', 'suspect')])).toMatchObject([
      { level: 'ok' },
      { subject: 'patients_1', says: expect.stringMatching(/drain is recorded/) as string },
      { subject: 'patients_2', says: expect.stringMatching(/up .* suspect/) as string },
    ]);
    expect(toLevels(judge([seen('patients_1')]))).toEqual(['ok', 'warning']);
    expect(toLevels(judge(null))).toEqual(['ok']);
  });
  it('reports a control that does not answer, and a pool without an instance', () => {
    expect(toLevels(judgeBalancerInstances(null, [], 'log'))).toEqual(['problem']);
    const down = [ready('patients_1', 'down')];
    expect(toLevels(judgeBalancerInstances(down, [seen('patients_1')], 'log'))).toEqual([
      'problem',
      'warning',
    ]);
    expect(toLevels(judgeBalancerInstances(down, [seen('patients_1', 'suspect')], 'log'))).toEqual([
      'problem',
      'warning',
    ]);
  });
  it('names the program on the port of the page', async () => {
    const port = await freePort();
    const listener = createServer().listen(port, '127.0.0.1');
    await once(listener, 'listening');
    const offset = { RELEVO_PORT_OFFSET: String(port - 4090) };
    const found = await balancerCheck.look(around(offset));
    await new Promise((resolve) => listener.close(resolve));
    expect(found.at(-1)).toMatchObject({
      level: 'warning',
      subject: `port ${port}`,
      says: expect.stringContaining(`pid ${process.pid}`) as string,
    });
    expect(await balancerCheck.look(around(offset))).toHaveLength(found.length - 1);
  });
});
