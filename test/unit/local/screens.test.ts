import { servicePlaces } from '../../../local/plan.js';
import { screen } from '../../../local/screen.js';
import { monitorStatus, statusText } from '../../../local/status-text.js';
import { makeTokens } from '../../../local/tokens.js';

const NOW = new Date('2026-01-01T00:01:00Z');
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('what npm start shows', () => {
  const tokens = makeTokens();
  const text = screen({
    services: servicePlaces({ monitors: 3, replicas: 3, patients: 1, gateway: 'http' }).map(({ name, kind, fixedPort }) => ({
      name, kind, url: `http://127.0.0.1:${fixedPort}`,
    })),
    tokens,
    databaseUrl: 'postgresql://postgres:012345678901234567890123@127.0.0.1:5454/relevo',
    redisUrl: 'redis://127.0.0.1:6390',
    dataDir: '.data',
  });

  it('fits 80 columns', () => expect(widest(text)).toBeLessThanOrEqual(80));

  it('has every address, the tokens and the next command', () => {
    for (const part of ['127.0.0.1:4000', '127.0.0.1:5020', '127.0.0.1:5003', ...Object.values(tokens), 'psql ', 'npm run status']) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/curl .*\/api\/batches[^]*\{"count": 230\}/);
  });
});

describe('npm run status', () => {
  const processes = [{ name: 'server_1', kind: 'payments', pid: 12, url: 'http://127.0.0.1:5001' }];
  const base = { pid: 7, startedAt: '2026-01-01T00:00:00Z', processes };
  const status = monitorStatus.parse({
    partitions: [{ partition: 0, term: 3, leader: 'server_1', since: '2026-01-01T00:00:18Z', reason: 'server_2 was killed' }],
    replicas: [{ id: 'server_1', url: 'x', pid: 12, admin: 'ready', observed: 'alive', role: 'leading', term: 3, pingMs: 1.234 }],
    monitors: [{ id: 'monitor_1', observed: 'alive' }],
    queue: { waiting: 0, active: null, pending: 2, failed: 0 },
  });

  it('says who leads, since when and why, and how replicas and queue are', () => {
    const text = statusText({ ...base, status }, NOW);
    expect(text).toContain('server_1 leads in term 3 for 42 s: server_2 was killed.');
    expect(text).toMatch(/server_1 +ready +alive +leading +3 +1\.2 ms/);
    expect(text).toContain('Queue: 0 waiting, - active. Payments: 2 pending, 0 failed.');
    expect(widest(text)).toBeLessThanOrEqual(80);
  });

  it('says that nobody leads yet', () => {
    const nobody = { ...status, partitions: [{ partition: 0, term: 0, leader: null }] };
    expect(statusText({ ...base, status: nobody }, NOW)).toContain('Nobody leads yet.');
  });

  it('without a monitor still lists the processes', () => {
    const text = statusText({ ...base, status: null }, NOW);
    expect(text).toContain('No monitor answers');
    expect(text).toContain('http://127.0.0.1:5001');
  });
});
