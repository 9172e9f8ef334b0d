/** The judgement about a replicated PostgreSQL: each state with its finding and a command. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeRecord, judgeStandbyPrograms } from '../../../../cli/doctor/record.js';
import { provideFacts } from '../../../../local/engines/cluster-folder.js';
import { LOG_KEPT_MB, type DatabaseNode } from '../../../../shared/record/nodes.js';
import { findBad, toLevels } from './findings.js';

const node = (name: string, role: DatabaseNode['role'], more: Partial<DatabaseNode> = {}) => ({
  ...{ name, role, state: 'running', lagBytes: null, timeline: 1 },
  streaming: role === 'primary' ? null : true,
  ...more,
});
const member = (name: string, healthy = true) => ({ name, healthy, leads: name === 'etcd_1' });
const ETCD = [member('etcd_1'), member('etcd_2'), member('etcd_3')];
const [A, B, C] = [node('a', 'primary'), node('b', 'sync-standby'), node('c', 'standby')];

const judge = (nodes: DatabaseNode[], etcd = ETCD) => judgeRecord({ nodes, etcd }, '/srv/standby');

describe('a replicated PostgreSQL', () => {
  it('is good when a standby confirms and etcd is whole', () => {
    expect(toLevels(judge([A, B, C]))).toEqual(['ok', 'ok']);
    expect(judge([A, B, C])[0]?.says).toBe('a is the primary, b confirms its commits');
  });

  it.each([
    ['no primary', [node('a', 'standby'), C], 'problem', /No node is the primary/],
    ['two primaries', [A, node('b', 'primary'), C], 'problem', /a and b both claim/],
    ['no confirming standby', [A, node('b', 'standby'), C], 'problem', /no standby confirms/],
    [
      'a silent node',
      [A, B, node('c', 'unknown', { state: 'silent', streaming: false })],
      'warning',
      /Patroni of c does not answer/,
    ],
    ['a standby alone', [A, B, { ...C, streaming: false }], 'warning', /c is running and does not/],
    ['a late standby', [A, B, { ...C, lagBytes: 99_000_000 }], 'warning', /c lacks 99000000/],
  ])('%s is reported', (_name, nodes, level, says) => {
    const bad = findBad(judge(nodes));
    expect(bad).toMatchObject({ level, says: expect.stringMatching(says) as string });
    expect(bad?.fix).toContain('relevo status');
  });

  it('that does not answer at all is unknown, and not without a primary', () => {
    const silent = { state: 'silent', streaming: false };
    const bad = findBad(judge([A, B, C].map(({ name }) => node(name, 'unknown', silent))));
    expect(bad?.says).toBe('No Patroni answers, so that the primary is unknown.');
  });

  it('a standby that lacks more log than is kept needs a new copy: the command has its names', () => {
    const far = { ...C, streaming: false, lagBytes: LOG_KEPT_MB * 1_048_576 + 1 };
    const folder = mkdtempSync(join(tmpdir(), 'relevo-doctor-'));
    const facts = { protocol: 'etcd' as const, peerPorts: [1, 2, 3] };
    try {
      const { scope } = provideFacts(folder, facts);
      const bad = findBad(judgeRecord({ nodes: [A, B, far], etcd: ETCD }, folder));
      expect(bad).toMatchObject({ level: 'problem' });
      expect(bad?.fix).toBe(`patronictl -c ${folder}/c/patroni.yml reinit --force ${scope} c`);
    } finally {
      rmSync(folder, { recursive: true });
    }
    const near = { ...far, lagBytes: LOG_KEPT_MB * 1_048_576 };
    expect(findBad(judge([A, B, near]))).toMatchObject({ level: 'warning' });
    expect(findBad(judge([A, B, { ...far, streaming: true }]))).toMatchObject({ level: 'warning' });
  });

  it.each([
    ['one member', [member('etcd_1'), member('etcd_2', false), member('etcd_3')], 'warning'],
    [
      'two members',
      [member('etcd_1', false), member('etcd_2', false), member('etcd_3')],
      'problem',
    ],
  ])('etcd without %s is a %s', (_name, etcd, level) => {
    expect(findBad(judge([A, B, C], etcd))).toMatchObject({ subject: 'etcd', level });
  });
});

test('missing programs are a warning with the command that installs them', () => {
  const found = judgeStandbyPrograms('Patroni is missing: install patroni.');
  expect(found).toMatchObject({
    level: 'warning',
    fix: expect.stringContaining('patroni') as string,
  });
  const programs = { patroniVersion: '3.0.2', etcdVersion: '3.4.23', binDir: '/bin' };
  expect(judgeStandbyPrograms(programs).level).toBe('ok');
});
