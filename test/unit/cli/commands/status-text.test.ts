import { statusSummary } from '../../../../shared/contracts/status.js';
import { formatStatusLine, formatStatus } from '../../../../cli/commands/status-text.js';
import { choosePaint, stripColours } from '../../../../cli/output/paint.js';

const NOW = new Date('2026-01-01T00:01:00Z');
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('relevo status', () => {
  const processes = [{ name: 'server_1', kind: 'payments', pid: 12, url: 'http://127.0.0.1:5001' }];
  const base = { local: { pid: 7, startedAt: '2026-01-01T00:00:00Z', processes } };
  const status = statusSummary.parse({
    partitions: [
      {
        partition: 0,
        term: 3,
        leader: 'server_1',
        since: '2026-01-01T00:00:18Z',
        reason: 'server_2 was killed',
      },
    ],
    replicas: [
      {
        id: 'server_1',
        url: 'x',
        pid: 12,
        admin: 'ready',
        observed: 'alive',
        role: 'leading',
        term: 3,
        pingMs: 1.234,
      },
      { id: 'server_2', admin: 'drain', observed: 'down', role: null, term: null, pingMs: null },
    ],
    monitors: [{ id: 'monitor_1', observed: 'alive' }],
    queue: { waiting: 0, active: null, pending: 2, failed: 0 },
  });

  it('shows the leader with time and reason, the replicas and the queue', () => {
    const text = formatStatus({ ...base, status }, NOW);
    expect(text).toContain('server_1 leads in term 3 for 42 s: server_2 was killed.');
    expect(text).toMatch(/server_1 +ready +alive +leading +3 +1\.2 ms/);
    expect(text).toContain('Queue: 0 waiting, - active. Payments: 2 pending, 0 failed.');
    expect(widest(text)).toBeLessThanOrEqual(80);
  });

  it('with colours has the same text at the same positions', () => {
    const coloured = formatStatus({ ...base, status }, NOW, choosePaint({}, true));
    expect(coloured).toContain('\x1b[31mdown\x1b[39m');
    expect(stripColours(coloured)).toBe(formatStatus({ ...base, status }, NOW));
  });

  it('shows that there is no leader yet', () => {
    const leaderless = { ...status, partitions: [{ partition: 0, term: 0, leader: null }] };
    expect(formatStatus({ ...base, status: leaderless }, NOW)).toContain('There is no leader yet.');
  });

  it('lists the processes also when no monitor answers', () => {
    const text = formatStatus({ ...base, status: null }, NOW);
    expect(text).toContain('No monitor answers');
    expect(text).toContain('http://127.0.0.1:5001');
  });

  it('of another machine shows no processes', () => {
    expect(formatStatus({ local: null, status }, NOW)).toMatch(/^server_1 leads in term 3/);
  });

  it('fits one line without times, which changes only with the state', () => {
    expect(formatStatusLine({ ...base, status })).toBe(
      'server_1 leads in term 3; server_1 alive, server_2 down (drain); 2 pending',
    );
    expect(formatStatusLine({ ...base, status: null })).toBe('no monitor answers');
  });
});
