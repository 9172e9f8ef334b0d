/** The doctor's checks of a running system, and its report. */
import { examine } from '../../../../cli/doctor/checks.js';
import { judgeDatabase } from '../../../../cli/doctor/database.js';
import { formatFindings, isHealthy } from '../../../../cli/doctor/doctor-text.js';
import { ok, problem, warning, type Finding } from '../../../../cli/doctor/finding.js';
import { judgeRedis, type RedisFacts } from '../../../../cli/doctor/redis.js';
import { judgeLeadership, judgeServices, judgeTokens } from '../../../../cli/doctor/services.js';
import type { GroupState } from '../../../../shared/queue/group-state.js';
import { statusSummary, type StatusSummary } from '../../../../shared/contracts/status.js';
import { paintNothing } from '../../../../cli/output/paint.js';
import { findBad, toLevels, useDataFolder } from './findings.js';

const { around } = useDataFolder();

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
  ])('%j: %j', (facts, expected) => expect(toLevels(judgeDatabase(facts))).toEqual(expected));

  const redis = {
    url: 'redis://x',
    failure: null,
    version: '7.0.15',
    refusal: null,
    eviction: 'noeviction',
    offset: null,
    running: true,
    group: null,
  };
  const place = { host: '10.0.0.1', port: 6 };
  const group: GroupState = {
    name: 'g',
    quorum: 2,
    primary: place,
    isFailing: false,
    servers: [{ ...place, role: 'primary', link: null, lagBytes: null, offset: 1 }],
    sentinels: [{ host: '10.0.0.2', port: 7, primary: place, hasQuorum: true }],
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
    [{ ...redis, group }, ['ok', 'ok', 'ok']],
    [{ ...redis, failure: 'ECONNREFUSED', group }, ['problem', 'ok', 'ok']],
  ])('%j: %j', (facts, expected) => expect(toLevels(judgeRedis(facts))).toEqual(expected));

  it('names a command for the primary of a group, because redis-cli knows no Sentinels', () => {
    const command = (facts: Partial<RedisFacts>): string | null | undefined =>
      findBad(judgeRedis({ ...redis, ...facts }))?.fix;
    const refusal = 'NOREPLICAS Not enough good replicas to write.';
    expect(command({ group, refusal })).toMatch(/^redis-cli -h 10\.0\.0\.1 -p 6 --askpass config/);
    expect(command({ refusal })).toMatch(/^redis-cli -u /);
  });
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
  ])('%s', (_name, seen, expected) => expect(toLevels(judgeLeadership(seen))).toEqual(expected));
  it('shows the command that returns a replica from maintenance', () =>
    expect(findBad(judgeLeadership(status(null, replica('a', { admin: 'maint' }))))?.fix).toBe(
      'npx relevo ready a --reason "back in service"',
    ));

  it.each([
    [true, true, ['ok']],
    [false, true, ['problem']],
    [true, false, ['problem']],
    [null, null, []],
  ])('tokens accepted: %s, %s: %j', (api, operator, expected) =>
    expect(toLevels(judgeTokens({ api, operator }))).toEqual(expected),
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
  it('has commands for the data folder and the ports of this installation', async () => {
    const env = { RELEVO_DATA: '/srv/relevo', RELEVO_PORT_OFFSET: '200' };
    const check = {
      name: 'one',
      look: async (): Promise<Finding[]> => [problem('one', 'It failed.', 'npm stop && npm start')],
    };
    const [found] = await examine({ ...around(), env }, [check]);
    expect(found?.fix).toBe(
      'RELEVO_DATA=/srv/relevo npm stop && RELEVO_DATA=/srv/relevo RELEVO_PORT_OFFSET=200 npm start',
    );
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
