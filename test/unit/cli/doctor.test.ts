/**
 * The doctor's checks: each with a good and a bad result. Uses real listeners, folders and PATHs
 * where a test can cause a fault.
 */
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { balancerCheck } from '../../../cli/doctor/balancer.js';
import { examine } from '../../../cli/doctor/checks.js';
import { clockCheck, judgeClock, judgeOffsets, measureOffset } from '../../../cli/doctor/clock.js';
import { dataFolderCheck, judgeFolder } from '../../../cli/doctor/data-folder.js';
import { judgeDatabase } from '../../../cli/doctor/database.js';
import { diskCheckWith, judgeDisk } from '../../../cli/doctor/disk.js';
import { formatFindings, isHealthy } from '../../../cli/doctor/doctor-text.js';
import { judgePostgresProgram, judgeRedisProgram } from '../../../cli/doctor/engines.js';
import {
  atLeast,
  installCommand,
  ok,
  problem,
  warning,
  type Finding,
  type Level,
  type Surroundings,
} from '../../../cli/doctor/finding.js';
import {
  judgeBalancerInstances,
  judgeBalancerPorts,
  judgeBalancerPrograms,
} from '../../../cli/doctor/judge-balancer.js';
import { judgeLimits, limitsCheck } from '../../../cli/doctor/limits.js';
import { judgeNode, nodeCheck } from '../../../cli/doctor/node.js';
import { judgePackages } from '../../../cli/doctor/packages.js';
import { judgePorts, portsCheck } from '../../../cli/doctor/ports.js';
import { judgeRedis } from '../../../cli/doctor/redis.js';
import { judgeLeadership, judgeServices, judgeTokens } from '../../../cli/doctor/services.js';
import { judgeTools } from '../../../cli/doctor/tools.js';
import { statusSummary, type StatusSummary } from '../../../shared/contracts/status.js';
import { paintNothing } from '../../../cli/output/paint.js';
import { readLocalConfig } from '../../../local/config.js';
import { freePort, isPortFree } from '../../../local/processes/ports.js';

const levels = (findings: readonly Finding[]): Level[] => findings.map(({ level }) => level);
const red = (findings: readonly Finding[]): Finding | undefined =>
  findings.find(({ level }) => level !== 'ok');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relevo-doctor-'));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

const around = (more: Record<string, string> = {}): Surroundings => {
  const env = { RELEVO_DATA: folder, ...more };
  return { env, config: readLocalConfig(env), running: null };
};

describe('Node.js and npm', () => {
  it.each([
    ['20.19.0', '11.0.0', ['ok', 'ok']],
    ['20.18.1', '10.0.0', ['problem', 'ok']],
    ['22.1.0', '8.19.0', ['ok', 'warning']],
    ['22.1.0', null, ['ok', 'warning']],
  ])('%s and %s are %j', (node, npm, expected) =>
    expect(levels(judgeNode(node, npm))).toEqual(expected),
  );

  it('reports npm as missing when it is not on the PATH', async () => {
    const found = await nodeCheck.look(around({ PATH: folder }));
    expect(red(found)).toMatchObject({
      subject: 'npm',
      level: 'warning',
      fix: 'node local/bootstrap.mjs up',
    });
    expect(red(await nodeCheck.look(around({ PATH: process.env['PATH'] ?? '' })))).toBeUndefined();
  });

  it.each([
    ['v18.2.1', [18, 2], true],
    ['18.1.9', [18, 2], false],
    ['19', [18, 2], true],
    ['7.0.15', [6, 2], true],
  ])('%s is at least %j: %s', (found, wanted, expected) =>
    expect(atLeast(found, wanted)).toBe(expected),
  );
});

describe('packages', () => {
  it.each([
    [true, true, ['ok', 'ok']],
    [false, true, ['problem', 'ok']],
    [true, false, ['ok', 'warning']],
  ])('installed %s, generated %s: %j', (areInstalled, isGenerated, expected) =>
    expect(levels(judgePackages(areInstalled, isGenerated))).toEqual(expected),
  );
  it('recommends npm ci', () => expect(red(judgePackages(false, true))?.fix).toBe('npm ci'));
});

describe('engines', () => {
  it.each([
    [null, null, 'problem'],
    ['/usr/bin/redis-server', '7.0.15', 'ok'],
    ['/usr/bin/redis-server', '5.0.7', 'problem'],
    ['/usr/bin/valkey-server', null, 'warning'],
  ])('redis at %s in version %s: %s', (program, version, level) =>
    expect(judgeRedisProgram(program, version).level).toBe(level),
  );
  it('recommends the package manager of the system for a missing program', () => {
    expect(judgeRedisProgram(null, null).fix).toBe(installCommand('redis-server', 'redis'));
    expect(installCommand('redis-server', 'redis', 'darwin')).toBe('brew install redis');
    expect(installCommand('redis-server', 'redis', 'linux')).toMatch(
      /apt-get install -y redis-server$/,
    );
  });
  it('reports why PostgreSQL cannot run', () => {
    expect(judgePostgresProgram('18.4', null).level).toBe('ok');
    expect(judgePostgresProgram(null, 'PostgreSQL cannot run here (no library).')).toMatchObject({
      level: 'problem',
      fix: expect.stringContaining('DATABASE_URL=') as string,
    });
  });
  it('reports a missing tool together with its purpose', () => {
    const tools = [
      { names: ['jq'], for: 'examples', debian: 'jq', brew: 'jq' },
      { names: ['psql'], for: 'queries', debian: 'postgresql-client', brew: 'libpq' },
    ];
    expect(levels(judgeTools(['/usr/bin/jq', null], tools))).toEqual(['ok', 'warning']);
    expect(red(judgeTools([null, 'x'], tools))?.says).toContain('only examples need it');
  });
});

describe('ports', () => {
  it('reports a port in use with its owner, and suggests an offset with free ports', async () => {
    let offset = 30_000;
    while (!(await isPortFree(5002 + offset))) offset += 100;
    const listener = createServer().listen(5002 + offset, '127.0.0.1');
    await once(listener, 'listening');
    try {
      const found = await portsCheck.look(around({ RELEVO_PORT_OFFSET: String(offset) }));
      const finding = found.find(({ subject }) => subject === `port ${5002 + offset}`);
      expect(finding).toMatchObject({ level: 'problem' });
      expect(finding?.says).toContain('server_2 needs it');
      if (process.platform === 'linux') expect(finding?.says).toContain(`(pid ${process.pid})`);
      expect(finding?.fix).toMatch(
        new RegExp(`^RELEVO_DATA=${folder} RELEVO_PORT_OFFSET=\\d+ npm start`),
      );
    } finally {
      await new Promise((resolve) => listener.close(resolve));
    }
  });
  it('control: free ports are ok', () =>
    expect(judgePorts(7, [], null, {})).toEqual([ok('ports', '7 are free')]));
  it('recommends lsof for an unknown owner', () =>
    expect(judgePorts(7, [{ port: 5000, needs: 'monitor_1', owner: null }], null, {})[0]?.fix).toBe(
      'lsof -i :5000',
    ));
});

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
    expect(levels(judgeBalancerPrograms(programs(null), null))).toEqual(['warning']);
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
    expect(levels(judge([seen('patients_1')]))).toEqual(['ok', 'warning']);
    expect(levels(judge(null))).toEqual(['ok']);
  });
  it('reports a control that does not answer, and a pool without an instance', () => {
    expect(levels(judgeBalancerInstances(null, [], 'log'))).toEqual(['problem']);
    const down = [ready('patients_1', 'down')];
    expect(levels(judgeBalancerInstances(down, [seen('patients_1')], 'log'))).toEqual([
      'problem',
      'warning',
    ]);
    expect(levels(judgeBalancerInstances(down, [seen('patients_1', 'suspect')], 'log'))).toEqual([
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

describe('data folder', () => {
  it('the check leaves no file, and accepts a missing folder', async () => {
    expect(levels(await dataFolderCheck.look(around()))).toEqual(['ok']);
    expect(readdirSync(folder)).toEqual([]);
    const later = join(folder, 'not/yet');
    expect(levels(await dataFolderCheck.look(around({ RELEVO_DATA: later })))).toEqual(['ok']);
    expect(existsSync(later)).toBe(false);
  });
  it('reports a file instead of a folder as not writable', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(red(await dataFolderCheck.look(around({ RELEVO_DATA: file })))).toMatchObject({
      level: 'problem',
      fix: expect.stringContaining('RELEVO_DATA=') as string,
    });
  });
  it('reports the relevo.json of a killed system, and tokens that other users can read', async () => {
    writeFileSync(join(folder, 'relevo.json'), '{}');
    writeFileSync(join(folder, 'tokens.json'), '{}', { mode: 0o644 });
    const found = await dataFolderCheck.look(around());
    expect(levels(found)).toEqual(['ok', 'warning', 'problem']);
    expect(found[2]?.fix).toBe(`chmod 600 ${join(folder, 'tokens.json')}`);
  });
});

describe('disk', () => {
  const GIGABYTE = 1_000_000_000;
  it.each([
    [100 * GIGABYTE, 1_000_000, ['ok']],
    [1.5 * GIGABYTE, null, ['warning']],
    [0.2 * GIGABYTE, null, ['problem']],
    [100 * GIGABYTE, 10_000, ['ok', 'warning']],
    [100 * GIGABYTE, 12, ['ok', 'problem']],
  ])('%d bytes and %s files free: %j', (freeBytes, freeInodes, expected) =>
    expect(levels(judgeDisk({ path: '/x', freeBytes, freeInodes }))).toEqual(expected),
  );
  it('a nearly full disk (injected) is a problem; a missing folder is measured at its parent', async () => {
    const asked: string[] = [];
    const check = diskCheckWith(async (path) => {
      asked.push(path);
      return { freeBytes: 1_000_000, freeInodes: 5 };
    });
    expect(levels(await check.look(around({ RELEVO_DATA: join(folder, 'later') })))).toEqual([
      'problem',
      'problem',
    ]);
    expect(asked).toEqual([folder]);
  });
});

describe('memory and open files', () => {
  const MEGABYTE = 1_000_000;
  it.each([
    [4_000, 20_000, false, ['ok', 'ok']],
    [800, 2_048, false, ['warning', 'warning']],
    [300, 256, false, ['problem', 'problem']],
    [300, 256, true, ['ok', 'problem']],
    [50, null, true, ['problem', 'ok']],
  ])('%d MB, %s files, running %s: %j', (megabytes, descriptors, running, expected) =>
    expect(
      levels(judgeLimits({ availableBytes: megabytes * MEGABYTE, descriptors, running })),
    ).toEqual(expected),
  );
  it('are measured on this machine', async () =>
    expect((await limitsCheck.look(around()))[0]?.says).toMatch(/^\d+ MB available/));
});

describe('clock', () => {
  const good = {
    nowMs: Date.parse('2026-11-21T00:00:00Z'),
    newestFileMs: Date.parse('2026-11-20T00:00:00Z'),
    driftMs: 0,
    synchronized: true,
    offsets: [],
  };
  it('is ok, older than the files of the checkout, jumping, or not synchronized', () => {
    expect(levels(judgeClock(good))).toEqual(['ok']);
    expect(levels(judgeClock({ ...good, synchronized: null }))).toEqual(['ok']);
    expect(levels(judgeClock({ ...good, nowMs: 0 }))).toEqual(['problem']);
    expect(levels(judgeClock({ ...good, driftMs: -400, synchronized: false }))).toEqual([
      'ok',
      'warning',
      'warning',
    ]);
    expect(judgeClock({ ...good, nowMs: 0 })[0]?.fix).toContain('timedatectl set-ntp true');
  });
  it.each([
    [10, 1, 'ok'],
    [-900, 10, 'warning'],
    [900, 800, 'ok'],
    [-5_000, 10, 'problem'],
  ])('%d ms off, uncertain by %d ms: %s', (aheadMs, uncertainMs, level) =>
    expect(levels(judgeOffsets([{ of: 'PostgreSQL', aheadMs, uncertainMs }]))).toEqual([level]),
  );
  it('measures a clock (injected) that is an hour ahead', async () => {
    const offset = await measureOffset('Redis', async () => Date.now() + 3_600_000);
    expect(Math.abs(offset.aheadMs - 3_600_000)).toBeLessThan(1_000);
    expect(judgeOffsets([offset])[0]).toMatchObject({
      level: 'problem',
      says: expect.stringContaining('ahead of this machine') as string,
    });
  });
  it('of this machine is checked', async () =>
    expect((await clockCheck.look(around()))[0]?.subject).toBe('clock'));
});

describe('database and Redis', () => {
  const database = {
    url: 'postgresql://x',
    failure: null,
    version: '18.4',
    readOnly: null,
    pending: 0,
    backlog: { payments: 0, oldestMs: 0 },
    offset: null,
    running: true,
  };
  it.each([
    [database, ['ok', 'ok', 'ok']],
    [{ ...database, failure: 'ECONNREFUSED' }, ['problem']],
    [{ ...database, version: '12.3' }, ['problem', 'ok', 'ok']],
    [{ ...database, readOnly: { by: 'standby' as const } }, ['ok', 'problem', 'ok', 'ok']],
    [{ ...database, readOnly: { by: 'setting' as const } }, ['ok', 'problem', 'ok', 'ok']],
    [
      { ...database, readOnly: { by: 'other' as const, message: 'permission denied' } },
      ['ok', 'problem', 'ok', 'ok'],
    ],
    [{ ...database, pending: 2 }, ['ok', 'warning', 'ok']],
    [{ ...database, pending: 2, running: false }, ['ok', 'ok']],
    [{ ...database, pending: 'This database is of a newer version.' }, ['ok', 'problem', 'ok']],
    [{ ...database, backlog: { payments: 7, oldestMs: 2_000 } }, ['ok', 'ok', 'ok']],
    [{ ...database, backlog: { payments: 7, oldestMs: 20_000 } }, ['ok', 'ok', 'warning']],
    [{ ...database, backlog: { payments: 7, oldestMs: 90_000 } }, ['ok', 'ok', 'problem']],
    [
      { ...database, offset: { of: 'PostgreSQL', aheadMs: 9_000, uncertainMs: 1 } },
      ['ok', 'ok', 'ok', 'problem'],
    ],
  ])('%j: %j', (facts, expected) => expect(levels(judgeDatabase(facts))).toEqual(expected));

  const redis = {
    url: 'redis://x',
    failure: null,
    version: '7.0.15',
    refusal: null,
    eviction: 'noeviction',
    offset: null,
    running: true,
  };
  it.each([
    [redis, ['ok']],
    [{ ...redis, failure: 'ECONNREFUSED' }, ['problem']],
    [{ ...redis, version: '5.0.7' }, ['problem']],
    [
      { ...redis, refusal: 'OOM command not allowed when used memory > maxmemory.' },
      ['ok', 'problem'],
    ],
    [{ ...redis, eviction: 'allkeys-lru' }, ['ok', 'warning']],
    [{ ...redis, eviction: null }, ['ok']],
  ])('%j: %j', (facts, expected) => expect(levels(judgeRedis(facts))).toEqual(expected));
});

describe('the running system', () => {
  it('reports the failed checks of a service that is not ready, and a service without an answer', () => {
    const found = judgeServices(
      [
        { name: 'a', checks: {}, ready: true },
        { name: 'b', checks: { postgres: false, redis: true }, ready: false },
        { name: 'c', checks: null, ready: false },
      ],
      '/data/logs',
    );
    expect(found.map(({ says }) => says)).toEqual([
      '1 of 3 ready',
      'b is not ready: postgres.',
      'c does not answer.',
    ]);
    expect(found[1]?.fix).toBe('tail -n 20 /data/logs/b.log');
  });

  const replica = (id: string, over: object = {}): object => ({
    id,
    admin: 'ready',
    observed: 'alive',
    role: 'standby',
    term: 1,
    ...over,
  });
  const status = (leader: string | null, ...replicas: object[]): StatusSummary =>
    statusSummary.parse({ partitions: [{ partition: 0, term: 1, leader }], replicas, queue: {} });
  it.each([
    ['healthy', status('a', replica('a', { role: 'leading' }), replica('b')), ['ok', 'ok']],
    ['no leader', status(null, replica('a', { admin: 'maint' })), ['problem', 'warning']],
    [
      'no standby',
      status('a', replica('a', { role: 'leading' }), replica('b', { admin: 'drain' })),
      ['ok', 'warning'],
    ],
    [
      'one down',
      status(
        'a',
        replica('a', { role: 'leading' }),
        replica('b'),
        replica('c', { observed: 'down' }),
      ),
      ['ok', 'ok', 'warning'],
    ],
    ['no monitor', null, ['problem']],
  ])('%s', (_name, seen, expected) => expect(levels(judgeLeadership(seen))).toEqual(expected));
  it('shows the command that returns a replica from maintenance', () =>
    expect(red(judgeLeadership(status(null, replica('a', { admin: 'maint' }))))?.fix).toBe(
      'npx relevo ready a --reason "back in service"',
    ));

  it.each([
    [true, true, ['ok']],
    [false, true, ['problem']],
    [true, false, ['problem']],
    [null, null, []],
  ])('tokens accepted: %s, %s: %j', (api, operator, expected) =>
    expect(levels(judgeTokens({ api, operator }))).toEqual(expected),
  );
});

describe('the report', () => {
  const findings = [
    ok('Node.js', '20'),
    warning('psql', 'It is not here.', 'apt-get install psql'),
    problem('port 5000', `${'word '.repeat(30)}`, 'kill 1'),
  ];
  it('shows each finding with a word and a sign, and the command below, within 80 columns', () => {
    const text = formatFindings(findings, false, paintNothing);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text).toMatch(/^✓ ok +Node\.js +20$/m);
    expect(text).toMatch(/^! warning +psql[^]*^ +fix: apt-get install psql$/m);
    expect(text).toMatch(/^✗ problem +port 5000/m);
    expect(text).toContain('1 problem, 1 warning.');
  });
  it('is healthy without problems', () => {
    expect([isHealthy(findings), isHealthy(findings.slice(0, 2))]).toEqual([false, true]);
    expect(formatFindings(findings.slice(0, 1), true, paintNothing)).toContain('No problems.');
  });
  it('reports a check that throws as a problem', async () => {
    const broken = {
      name: 'broken',
      look: async (): Promise<Finding[]> => Promise.reject(new Error('no idea')),
    };
    expect(await examine(around(), [broken])).toEqual([
      expect.objectContaining({
        level: 'problem',
        subject: 'broken',
        says: 'This check failed: no idea.',
      }),
    ]);
  });
});

test.each([
  ['ENOSPC', /^du .* or: RELEVO_DATA=/],
  ['EDQUOT', /^du /],
  ['EROFS', /^RELEVO_DATA=/],
  ['EACCES', /^sudo chown /],
])('a data folder that is not writable because of %s: the command that helps', (refusal, fix) => {
  const [finding] = judgeFolder({ path: '/data', refusal, stale: false, tokensMode: null });
  expect(JSON.stringify(finding)).toContain(refusal);
  expect(finding?.fix).toMatch(fix);
});
