import { statusSummary } from '../../../../shared/contracts/status.js';
import { LOG_KEPT_MB } from '../../../../shared/record/nodes.js';
import type { RecordState } from '../../../../shared/record/read-record.js';
import { formatStatus, formatStatusLine } from '../../../../cli/commands/status-text.js';

const NOW = new Date('2026-01-01T00:01:00Z');
const RECORD: RecordState = {
  nodes: [
    {
      name: 'postgres_1',
      role: 'primary',
      state: 'running',
      lagBytes: null,
      timeline: 3,
      streaming: null,
    },
    {
      name: 'postgres_2',
      role: 'sync-standby',
      state: 'running',
      lagBytes: 128,
      timeline: 3,
      streaming: true,
    },
    {
      name: 'postgres_3',
      role: 'unknown',
      state: 'silent',
      lagBytes: null,
      timeline: null,
      streaming: false,
    },
  ],
  etcd: [
    { name: 'etcd_1', healthy: true, leads: true },
    { name: 'etcd_2', healthy: true, leads: false },
    { name: 'etcd_3', healthy: false, leads: null },
  ],
};
const status = statusSummary.parse({ partitions: [], replicas: [], queue: {} });
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('relevo status with a replicated PostgreSQL', () => {
  const text = formatStatus({ local: null, status, record: RECORD }, NOW);

  it('shows role, state, lag and timeline of every node', () => {
    expect(text).toMatch(/postgres_1 +primary +running +- +3/);
    expect(text).toMatch(/postgres_2 +synchronous standby +running +128 bytes +3/);
    expect(text).toMatch(/postgres_3 +unknown +no answer +- +-/);
    expect(widest(text)).toBeLessThanOrEqual(80);
  });

  it('shows the members of etcd', () => {
    expect(text).toContain('etcd: etcd_1 leads, etcd_2 healthy, etcd_3 unhealthy.');
  });

  it('shows a standby that does not follow the primary', () => {
    const nodes = RECORD.nodes.map((node) => ({ ...node, streaming: false }));
    expect(formatStatus({ local: null, status, record: { ...RECORD, nodes } }, NOW)).toMatch(
      /postgres_2 .* not streaming/,
    );
  });

  it('names a standby that needs a new copy', () => {
    const nodes = RECORD.nodes.map((node) => ({
      ...node,
      streaming: false,
      lagBytes: (LOG_KEPT_MB + 1) * 1_048_576,
    }));
    const shown = formatStatus({ local: null, status, record: { ...RECORD, nodes } }, NOW);
    expect(shown).toContain('postgres_2 lacks log that the primary no longer keeps');
    expect(widest(shown)).toBeLessThanOrEqual(80);
    expect(text).not.toContain('lacks log');
  });

  it('has the roles in the line that changes only with the state', () => {
    expect(formatStatusLine({ local: null, status, record: RECORD })).toContain(
      'postgres_1 primary, postgres_2 sync-standby, postgres_3 silent',
    );
  });

  it('has no such table with a single PostgreSQL', () => {
    expect(formatStatus({ local: null, status }, NOW)).not.toContain('etcd');
  });
});
