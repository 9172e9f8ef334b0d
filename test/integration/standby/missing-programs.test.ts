/**
 * An experiment with `--standby` on a machine without Patroni: one line names the packages, and
 * nothing starts.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { CLUSTER_PROGRAMS, findProgram } from '../../../local/setup/programs.mjs';
import { onlyWhere } from '../../support/only-where.js';
import { canHidePrograms, hidePrograms } from '../../support/hide-programs.js';
import { runProgram } from '../../support/relevo.js';

const folder = mkdtempSync(join(tmpdir(), 'relevo-missing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const patroni = [findProgram(CLUSTER_PROGRAMS.patroni.names)];

onlyWhere(
  canHidePrograms(patroni),
  'needs user namespaces',
  describe,
)('an experiment with --standby on a machine without Patroni', () => {
  test.each(['availability', 'chaos'])(
    '%s: one line names the packages, and nothing starts',
    async (name) => {
      const start = [process.execPath, 'local/bootstrap.mjs', 'experiment', name, '--standby'];
      const ran = runProgram(hidePrograms(patroni, start), { TMPDIR: folder });
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
