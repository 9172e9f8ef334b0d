/**
 * An experiment with `--standby` on a machine without Patroni: one line names the packages, and
 * nothing starts.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { CLUSTER_PROGRAMS, findProgram } from '../../../local/setup/programs.mjs';
import { onlyWhere } from '../../support/only-where.js';
import { runProgram } from '../../support/relevo.js';

const folder = mkdtempSync(join(tmpdir(), 'relevo-missing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An ordinary user, for whom Patroni is not executable. */
function asUser(...command: string[]): string[] {
  const path = findProgram(CLUSTER_PROGRAMS.patroni.names);
  const hide = path ? [`mount --bind /dev/null ${path}`] : [];
  const line = [...hide, 'exec unshare -U --map-user=1000 --map-group=1000 "$@"'].join(' && ');
  return ['unshare', '-Urm', 'sh', '-c', line, 'sh', ...command];
}
const [program = '', ...words] = asUser('true');
const canHide = spawnSync(program, words).status === 0;

onlyWhere(
  canHide,
  'needs user namespaces',
  describe,
)('an experiment with --standby on a machine without Patroni', () => {
  test.each(['availability', 'chaos'])(
    '%s: one line names the packages, and nothing starts',
    async (name) => {
      const start = [process.execPath, 'local/bootstrap.mjs', 'experiment', name, '--standby'];
      const ran = runProgram(asUser(...start), { TMPDIR: folder });
      const code = await ran.ended;
      const text = `${ran.out()}${ran.err()}`;
      const sentence: unknown = expect.stringMatching(/\bPatroni (is|are) missing: install /);
      expect([code, text]).toEqual([3, sentence]);
      expect(text).toContain('patroni python3-etcd python3-psycopg2');
      expect(readdirSync(folder).filter((entry) => entry.startsWith('relevo-'))).toEqual([]);
    },
    60_000,
  );
});
